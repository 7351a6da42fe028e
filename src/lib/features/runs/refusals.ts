/** Why a command wasn't carried out, in words a CSM understands. */
import { m } from '$lib/messages/messages.js';
import type { Outcome } from '$lib/sync/index.ts';

const refusals: Record<string, () => string> = {
	'not-active': m.refusal_not_active,
	'nobody-entered': m.refusal_nobody_entered,
	'no-such-run': m.refusal_no_such_run,
	'run-moved-on': m.refusal_run_moved_on,
	'no-right': m.refusal_no_right,
	'still-running': m.refusal_still_running,
	'no-such-step': m.refusal_no_such_step,
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
