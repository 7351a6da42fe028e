/** What trying a failed step again would do, beside what it did last time (RU3): the same `advance`, on the data of now. */
import type { IntentRequest } from '../actions/action.ts';
import { canonical } from '../value.ts';
import { plainText } from '../text/plain-text.ts';
import { advance } from './advance.ts';
import type { Firing } from './firing.ts';
import { isAmong } from './already-done.ts';

/** One difference between the requests; `request` counts from 0, null = there was nothing, or there is nothing any more. */
export type RetryLine = { request: number; kind: string; field: string; was: string | null; now: string | null };
/**
 * - differs: it would ask for this; without lines for the same as last time
 * - fails: it would fail again, with that error · waits: until somebody decides (SY6) · nothing: all is done, the run goes on
 */
export type RetryPreview = { outcome: 'differs'; isNew: boolean; lines: RetryLine[] } | { outcome: 'fails'; error: string } | { outcome: 'waits' } | { outcome: 'nothing' };

type Texts = Record<string, string>;

/** A request as lines that a person reads; a mail’s text without its markup. */
function textsOf(request: IntentRequest): Texts {
	const { kind: _, ...fields } = request as Record<string, unknown> & { kind: string };
	if ('html' in fields) {
		fields.text = plainText(String(fields.html));
		delete fields.html;
	}
	return Object.fromEntries(Object.entries(fields).flatMap(([field, value]) => (value === null || value === '' || (Array.isArray(value) && value.length === 0) ? [] : [[field, textOf(value)]])));
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : canonical(value));

/** What a person isn't helped by: ids, and headers that may be secret. */
const isQuiet = new Set(['customerId', 'subjectId', 'document', 'mailKind', 'headers', 'method', 'isAwaited', 'question', 'until']);

/** Compares what the step would ask for now with `before`, its input as it was recorded. */
export function previewRetry(firing: Omit<Firing, 'settled' | 'resumed'>, before: unknown): RetryPreview {
	const decision = advance({ ...firing, settled: null, resumed: null });
	if (decision.kind === 'fail') return { outcome: 'fails', error: decision.error };
	if (decision.kind === 'reschedule') return { outcome: decision.reason === 'undecided' ? 'waits' : 'nothing' };
	if (decision.kind !== 'perform') return { outcome: 'nothing' };
	const asked = (before as { requests?: IntentRequest[] } | null)?.requests ?? [];
	const old = asked.filter((request, part) => !isAmong({ part, request }, firing.performed ?? []));
	const lines = Array.from({ length: Math.max(old.length, decision.intents.length) }, (_, n) => linesOf(n, old[n], decision.intents[n]?.request)).flat();
	return { outcome: 'differs', isNew: old.length === 0, lines };
}

function linesOf(request: number, before: IntentRequest | undefined, after: IntentRequest | undefined): RetryLine[] {
	const [was, now] = [before ? textsOf(before) : {}, after ? textsOf(after) : {}];
	const fields = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((field) => !isQuiet.has(field) && was[field] !== now[field]);
	return fields.map((field) => ({ request, kind: (after ?? before)!.kind, field, was: was[field] ?? null, now: now[field] ?? null }));
}
