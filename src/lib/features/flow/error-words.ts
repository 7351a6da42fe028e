/** Why a step failed, in words a CSM understands. */
import { readError } from '#domain/engine/error.ts';
import { m } from '$lib/messages/messages.js';
import { formatNumber } from '$lib/ui/formats.ts';
import { locale } from '$lib/ui/locale.ts';

const errors: Record<string, (detail: Record<string, string>) => string> = {
	'bad-json': () => m.run_error_bad_json(),
	'bad-liquid': (detail) => m.run_error_bad_liquid({ reason: detail.reason ?? '' }),
	'blank-name': () => m.run_error_blank_name(),
	'blank-subject': () => m.run_error_blank_subject(),
	'blank-title': () => m.run_error_blank_title(),
	'blank-question': () => m.run_error_blank_question(),
	'unknown-answer': (detail) => m.run_error_unknown_answer({ answer: detail.answer ?? '' }),
	'no-assignee': () => m.run_error_no_assignee(),
	'no-recipients': () => m.run_error_no_recipients(),
	'no-sender': () => m.run_error_no_sender(),
	'playbook-inactive': () => m.run_error_playbook_inactive(),
	'too-many-steps': () => m.run_error_too_many_steps(),
	unfinished: () => m.run_error_unfinished(),
	unknown: () => m.run_error_unknown(),
	'wait-date-blank': () => m.run_error_wait_date_blank(),
	quarantined: () => m.run_error_quarantined(),
	'record-gone': () => m.run_error_record_gone(),
	'mail-refused': (detail) => m.run_error_mail_refused({ answer: detail.answer ?? '' }),
	'mail-later': (detail) => m.run_error_mail_later({ answer: detail.answer ?? '' }),
	'webhook-address': (detail) => m.run_error_webhook_address({ url: detail.url ?? '' }),
	'webhook-private': (detail) => m.run_error_webhook_private({ host: detail.host ?? '' }),
	'webhook-answered': (detail) => m.run_error_webhook_answered({ host: detail.host ?? '', status: detail.status ?? '' }),
	'webhook-gone': (detail) => m.run_error_webhook_gone({ host: detail.host ?? '', status: detail.status ?? '' }),
	'webhook-silent': (detail) => m.run_error_webhook_silent({ host: detail.host ?? '', answer: detail.answer ?? '' }),
	'document-refused': (detail) => m.run_error_document_refused({ answer: detail.answer ?? '' }),
	'document-silent': (detail) => m.run_error_document_silent({ answer: detail.answer ?? '' }),
	'told-failed': () => m.run_error_told_failed(),
	'never-sent': () => m.run_error_never_sent(),
	'maybe-sent': () => m.run_error_maybe_sent(),
	'never-confirmed': () => m.run_error_never_confirmed(),
	'no-performer': (detail) => m.run_error_no_performer({ kind: detail.kind ?? '' }),
	quota: (detail) => m.run_error_quota({ cap: formatNumber(Number(detail.cap), locale()) }),
};
/** What a step needs and isn't there: by what it is; the id that it had says nothing to anybody. */
const vanished: Record<string, (detail: Record<string, string>) => string> = {
	'unknown-action': ({ action }) => action ?? '',
	'unknown-field': m.value_gone_field,
	'unknown-option': ({ field }) => m.value_gone_choice_of({ field: field ?? '' }),
	'unknown-stage': m.value_gone_stage,
	'unknown-step': m.value_gone_step,
	'unknown-tag': m.value_gone_tag,
	'unknown-user': m.value_gone_person,
	'unknown-version': m.value_gone_version,
};

/** The words of a code that is known here; null for anything else. */
const knownText = (text: string): string | null => {
	const { code, detail } = readError(text);
	return errors[code]?.(detail) ?? null;
};

/** A step's error as written by the engine, in the reader's language. */
export function errorText(text: string): string {
	const { code, detail } = readError(text);
	if (errors[code]) return errors[code](detail);
	if (vanished[code]) return m.run_error_vanished({ what: vanished[code](detail) });
	// What a side effect failed of says all by itself.
	const own = code === 'failed' && detail.reason ? knownText(detail.reason) : null;
	if (own !== null) return own;
	return m.run_error_failed({ reason: detail.reason ?? (Object.values(detail).join(', ') || code) });
}

/** Why a side effect failed, or isn't done yet, in the reader's language; what a provider said later, or was written down as a text once, as it is. */
export const effectError = (text: string): string => knownText(text) ?? text;
