/** Why a command wasn't carried out, and why a step failed, in words a CSM understands. */
import { readError } from '#domain/engine/error.ts';
import { m } from '$lib/messages/messages.js';
import type { Outcome } from '$lib/sync/index.ts';

const refusals: Record<string, () => string> = {
	'not-active': m.refusal_not_active,
	'nobody-entered': m.refusal_nobody_entered,
	'no-such-run': m.refusal_no_such_run,
	'run-moved-on': m.refusal_run_moved_on,
	'no-right': m.refusal_no_right,
	once: m.refusal_once,
	running: m.refusal_running,
	every: m.refusal_every,
	lineage: m.refusal_lineage,
	depth: m.refusal_depth,
	burst: m.refusal_burst,
};

export function refusalText(outcome: Outcome): string {
	if (outcome.status === 'accepted') return '';
	const results = (outcome as { detail?: unknown }).detail;
	const first = Array.isArray(results) ? (results[0] as { reason?: string } | undefined)?.reason : undefined;
	return refusals[first ?? outcome.reason]?.() ?? refusals[outcome.reason]?.() ?? outcome.message ?? outcome.reason;
}

const errors: Record<string, (detail: Record<string, string>) => string> = {
	'bad-json': () => m.run_error_bad_json(),
	'bad-liquid': (detail) => m.run_error_bad_liquid({ reason: detail.reason ?? '' }),
	'blank-name': () => m.run_error_blank_name(),
	'blank-subject': () => m.run_error_blank_subject(),
	'blank-title': () => m.run_error_blank_title(),
	'no-assignee': () => m.run_error_no_assignee(),
	'no-recipients': () => m.run_error_no_recipients(),
	'no-sender': () => m.run_error_no_sender(),
	'too-many-steps': () => m.run_error_too_many_steps(),
	unfinished: () => m.run_error_unfinished(),
	unknown: () => m.run_error_unknown(),
	'wait-date-blank': () => m.run_error_wait_date_blank(),
	quarantined: () => m.run_error_quarantined(),
	'record-gone': () => m.run_error_record_gone(),
};
const vanished = new Set(['unknown-action', 'unknown-field', 'unknown-option', 'unknown-stage', 'unknown-step', 'unknown-tag', 'unknown-user', 'unknown-version']);

/** A step's error as written by the engine, in the reader's language. */
export function errorText(text: string): string {
	const { code, detail } = readError(text);
	if (errors[code]) return errors[code](detail);
	if (vanished.has(code)) return m.run_error_vanished({ what: Object.values(detail).join(', ') || code });
	return m.run_error_failed({ reason: detail.reason ?? (Object.values(detail).join(', ') || code) });
}
