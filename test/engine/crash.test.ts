/**
 * A crash at every await (issue 4): each call of one rich run to the store, to the network and for the alarm has a number, before it happens and before
 * its answer comes. At each of them the worker dies, the call throws, or the worker stands still for longer than its lease: before, nothing was done
 * yet; after, it was, and nobody knows. Every single one is tried.
 */
import { describe, expect, it } from 'vitest';
import { callTo, changeStage, mailTo, runOther, taskFor, waitFor } from '../party/bench.ts';
import { troubles, type Case } from './simulation/case.ts';
import { simulate } from './simulation/simulate.ts';

const steps = [mailTo('champion', 's0'), waitFor(1, 's1'), taskFor(true, 's2'), callTo('http://hook.test/x', 's3'), changeStage('w1_s2', 's4'), runOther('child', true, 's5'), mailTo('champion', 's6')];
const rich: Case = { seed: 23, runs: 1, steps, length: 10, without: Object.values(troubles).flat() };

describe('R2, R4, R5, R9, R14: a crash at every await of a rich run', async () => {
	const { faults, gates, labels } = await simulate({ ...rich, crash: { at: -1, what: 'die' } });

	it('the run itself ends well, and asks for everything', () => {
		expect(faults).toEqual([]);
		expect(new Set(labels)).toEqual(new Set(['alarm →', 'alarm ←', 'batch →', 'batch ←', 'execute →', 'execute ←', 'mail →', 'mail ←', 'hook →', 'hook ←', 'document →', 'document ←']));
	});

	it.each(['die', 'throw', 'freeze'] as const)('%s, at each of them', async (what) => {
		for (let at = 0; at < gates; at++) expect((await simulate({ ...rich, crash: { at, what } })).faults, `${what} at ${at}, ${labels[at]}`).toEqual([]);
	});
});
