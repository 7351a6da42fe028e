import { m } from '$lib/messages/messages.js';
import { refusalText } from '$lib/ui/refusal.ts';

/** Why a customer didn't enter (engine/enrol.ts), as the end of a sentence about it. */
const ofEntries: Readonly<Record<string, () => string>> = {
	filters: m.refused_filters, once: m.refused_once, running: m.refused_running, every: m.refused_every, lineage: m.refused_lineage, depth: m.refused_depth, burst: m.refused_burst, 'no-such-customer': m.refused_gone,
};

/** Why a command on many left a customer as it was. */
export const leftOutWords = (type: string, reason: string): string => (type === 'start-run' && Object.hasOwn(ofEntries, reason) ? ofEntries[reason]!() : refusalText(reason));
