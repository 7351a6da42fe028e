import { safeParse } from 'valibot';
import type { OpenDocument } from './open-document.svelte.ts';
import { undoOf } from './undo.svelte.ts';

export type EditAnswer = { ok: true } | { ok: false; code: 'not-ready' | 'read-only' | 'invalid'; message: string };

/**
 * Makes an edit (docs/protocol.md, Edits): arguments are parsed by its schema, then it is applied at once, undoable.
 * A refusal says why and changes nothing; an edit that the type doesn't have throws (a bug).
 */
export function edit(document: OpenDocument, name: string, args: unknown): EditAnswer {
	const { type, doc, origin } = document;
	if (type === null || !document.isReady) return { ok: false, code: 'not-ready', message: 'The document is still being opened' };
	if (document.status.isReadOnly) return { ok: false, code: 'read-only', message: 'You can read this, not change it' };
	const found = type.edits[name];
	if (!found) throw new Error(`${type.type} has no edit ${name}`);
	const parsed = safeParse(found.schema, args);
	if (!parsed.success) return { ok: false, code: 'invalid', message: parsed.issues.map((issue) => issue.message).join('; ') };
	undoOf(document).separate(`${name} ${placeOf(args)}`);
	doc.transact(() => found.apply(doc, parsed.output, document.stamp()), origin);
	return { ok: true };
}

/** What an edit is about: its arguments but the value. */
function placeOf(args: unknown): string {
	if (typeof args !== 'object' || args === null) return '';
	const { value: _, ...place } = args as Record<string, unknown>;
	return JSON.stringify(place);
}
