/** A command as the device keeps it until somebody has read the answer, and where. */
import type { Difference, Seen } from '#domain/commands/ground.ts';
import type { LeftOut } from '#domain/commands/left-out.ts';
import type { Call } from './call.ts';
import type { CommandStore } from './command-store.ts';
import { answered, type DeviceDatabase, type Stores } from './device-database.ts';
import type { Environment } from './environment.ts';
import type { Tabs } from './tabs.ts';

export type Outcome = { status: 'accepted'; result?: any } | { status: 'held' | 'refused'; reason: string; message?: string; differences?: Difference[] };
export type QueuedCommand = {
	id: string;
	type: string;
	args: unknown;
	at: number;
	state: 'waiting' | 'held' | 'refused';
	reason: string | null;
	/** How often it was begun to be sent: noted before the server can hear of it. */
	attempts: number;
	/** Until then (ms UTC) it isn't sent, so that taking it back undoes it. Gone once that time is over. */
	notBefore?: number;
	/** What it is based on, as it was seen when it was decided. */
	ground?: readonly Seen[];
	/** The person took it back; the server is still to hear of it. */
	isTakenBack?: boolean;
	/** Held: what had changed. */
	differences?: readonly Difference[];
	/** Accepted, and `refused` with `in-part` here: whom it left as they were, and why. */
	leftOut?: readonly LeftOut[];
};

/** What a queue of commands needs of its place. */
export type CommandQueueOptions = {
	/** Outlives the queue: what a full device hasn't taken is still there for the next one. */
	store: CommandStore;
	environment: Environment;
	call: Call;
	/** The tab that leads sends what all queue; left out, this tab is alone. */
	tabs?: Tabs;
	/** After each answer, in every tab: the mirror pulls, documents made by a command open. */
	onAnswered: (command: QueuedCommand, outcome: Outcome) => void;
	/** Why a command can't be kept on the device; null when it can. */
	onProblem: (problem: string | null) => void;
};

/** The queue's database. */
export const stores: Stores = { command: (database) => void database.createObjectStore('command', { keyPath: 'id' }).createIndex('at', 'at') };

/** All that are kept, oldest first. */
export const readAll = (database: DeviceDatabase): Promise<QueuedCommand[]> => database.run('readonly', (work) => answered(work.objectStore('command').index('at').getAll()));

/** Whether a failure is the server's decision: all others are tried again under the same id. */
export const isRefusal = (status: number): boolean => status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);

/** What this tab and another know of a command that nobody has answered: the same object when the other knows all. */
export function joined(mine: QueuedCommand, theirs: QueuedCommand): QueuedCommand {
	const attempts = Math.max(mine.attempts, theirs.attempts);
	if (theirs.state !== 'waiting' || (theirs.attempts === attempts && (theirs.isTakenBack || !mine.isTakenBack))) return theirs;
	return { ...theirs, attempts, ...(mine.isTakenBack ? { isTakenBack: true } : {}) };
}

/** How long a command may be kept back at most, in ms: more is left of one only after the clock was set back. */
const longest = 60_000;

/** How many ms a command is still kept back; 0 when it may go. */
export function keptBack({ notBefore = 0, isTakenBack }: QueuedCommand, now: number): number {
	const left = notBefore - now;
	return isTakenBack || left > longest ? 0 : Math.max(0, left);
}

/** When a command is decided that comes after these: they are kept by it, and a clock that is set back, or is no finer than a few of them, must not turn them round. */
export const after = (waiting: readonly QueuedCommand[], now: number): number => Math.max(now, ...waiting.map(({ at }) => at + 1));
