import { m } from '$lib/messages/messages.js';

/** Why a customer didn't enter (engine/enrol.ts), as the end of a sentence about it. */
export const refusals: Readonly<Record<string, () => string>> = {
	filters: m.refused_filters, once: m.refused_once, running: m.refused_running, every: m.refused_every, lineage: m.refused_lineage, depth: m.refused_depth, burst: m.refused_burst, 'no-such-customer': m.refused_gone,
};
