/** What one simulation is: a seed, and what is left out of it to see what matters. */
import type { Step } from '#domain/documents/playbook/definition.ts';

/** Everything that can go wrong, by where. */
export const troubles = {
	store: ['store busy', 'store lost', 'store no answer', 'store twice'],
	provider: ['provider unreachable', 'provider 429', 'provider 500', 'provider reset', 'provider late', 'provider refuses'],
	alarm: ['alarm lost', 'alarm twice', 'alarm early', 'alarm late'],
	told: ['callback', 'callback twice'],
	worker: ['kill', 'freeze', 'lapse', 'clock', 'poison'],
	people: ['tasks', 'stop', 'retry', 'skip', 'pause', 'go', 'pause run', 'resume run', 'jump', 'move', 'rename', 'migrate'],
	desk: ['answer', 'answer twice', 'answer of another'],
} as const;
export type Trouble = (typeof troubles)[keyof typeof troubles][number];

export type Case = {
	seed: number;
	/** Turns of the schedule while there is trouble. */
	length?: number;
	/** Runs at its beginning, and the steps of their playbook: drawn, if they are not given. */
	runs?: number;
	steps?: readonly Step[];
	/** Kinds of trouble that don't happen, and single ones by their number. */
	without?: readonly Trouble[];
	dropped?: readonly number[];
	/** For crashes: at the gate with this number, this happens. */
	crash?: { at: number; what: 'die' | 'throw' | 'freeze' };
};

/** Where the harness may be changed to plant a mistake (planted.test.ts). */
export type Planted = {
	/** A worker's statement, otherwise. */
	sql?: (text: string) => string;
	/** A worker's batch, in several. */
	batches?: <T extends { sql: string }>(statements: T[]) => T[][];
};
