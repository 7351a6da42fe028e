/** Why a command wasn't carried out, in words a CSM understands. */
import { m } from '$lib/messages/messages.js';
import { refusalText as otherText } from '$lib/ui/refusal.ts';
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
	// Codes of the rule (domain/engine/control).
	'already-ended': m.refusal_already_ended,
	'not-paused': m.refusal_not_paused,
	'not-pausable': m.refusal_not_pausable,
	'not-failed': m.refusal_not_failed,
	'nothing-to-skip': m.refusal_nothing_to_skip,
	'on-its-way': m.refusal_on_its_way,
};

/** Words for a code. */
export const refusalWords = (code: string, message?: string): string => refusals[code]?.() ?? otherText(code, message);

export function refusalText(outcome: Outcome): string {
	if (outcome.status === 'accepted') return '';
	// The detail says more: of many customers the first one's reason, of a run what the rule found.
	const detail = (outcome as { detail?: unknown }).detail as { reason?: string }[] | { code?: string } | undefined;
	const said = Array.isArray(detail) ? detail[0]?.reason : detail?.code;
	return said !== undefined && refusals[said] ? refusals[said]() : refusalWords(outcome.reason, outcome.message);
}
