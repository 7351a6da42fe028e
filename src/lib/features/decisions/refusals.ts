/** Why a command wasn't carried out, in words a CSM understands: what every screen says, and what runs alone are refused with. */
import { m } from '$lib/messages/messages.js';
import { refusalText } from '$lib/ui/refusal.ts';

const ofRuns: Record<string, () => string> = {
	'no-such-run': m.refusal_no_such_run,
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

/** Whether a code has words of its own among those of runs. */
export const isOfRuns = (code: string): boolean => Object.hasOwn(ofRuns, code);

/** Words for a code; `message` is what the server said of one that has none. */
export const refusalWords = (code: string | null | undefined, message?: string): string => (code != null && isOfRuns(code) ? ofRuns[code]!() : refusalText(code, message));
