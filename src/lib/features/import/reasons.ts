import { m } from '$lib/messages/messages.js';

const known: Record<string, () => string> = {
	'missing-id': m.import_error_missing_id,
	'missing-name': m.import_error_missing_name,
	'duplicate-id': m.import_error_duplicate_id,
	'too-many-columns': m.import_error_columns,
	encoding: m.import_error_encoding,
	'unclosed-quote': m.import_error_quote,
};

/** Why a row wasn't imported, in the reader's language; a reason the server puts in words is shown as it is. */
export const reasonText = (reason: string): string => known[reason]?.() ?? reason;
