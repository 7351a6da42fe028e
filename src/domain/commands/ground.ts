/**
 * What a decision is based on (SY3): a command names values of the rows that a person saw. The device sends them as they were when it
 * was decided, the server computes the same from the store, and executes only if both agree.
 */
import type { MirrorKind, MirrorRows } from '../mirror.ts';
import { canonical } from '../value.ts';

export type GroundValue = string | number | boolean | null | readonly string[];
/** Values by name: `kind/id/field`. */
export type Ground = Record<string, GroundValue>;
/** Gives a row, or undefined when there is none. */
export type Read = <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined;
/** A value as it was seen; `or` is what the server had said last, where edits of the person's own lie over it on their device. */
export type Seen = { name: string; was: GroundValue; or?: GroundValue };
/** What changed between the decision and its execution; `now` is null when the record is gone. */
export type Difference = { name: string; was: GroundValue; now: GroundValue };

/** The kind, id and field of a name. */
export function partsOf(name: string): { kind: string; id: string; field: string } {
	const [kind = '', id = '', field = ''] = name.split('/');
	return { kind, id, field };
}

/** Values of one row under their names; none when there is no such row, or when an older mirror doesn't have the field. */
export function groundOf<K extends MirrorKind>(read: Read, kind: K, id: string | null | undefined, pick: (row: MirrorRows[K]) => Record<string, GroundValue | undefined>): Ground {
	const row = id ? read(kind, id) : undefined;
	if (!row) return {};
	return Object.fromEntries(Object.entries(pick(row)).flatMap(([field, value]) => (value === undefined ? [] : [[`${kind}/${id}/${field}`, value]])));
}

/** Where a customer stands, and whose it is. */
export const customerGround = (read: Read, id: string | null): Ground => groundOf(read, 'customer', id, ({ stage, owner }) => ({ stage, owner }));

/** Which control a run is under (R8): every pause, stop, retry or skip is another epoch. */
const epochGround = (read: Read, id: string | null): Ground => groundOf(read, 'run', id, ({ epoch }) => ({ epoch }));

/** The same with its state. Working and waiting are one: a run goes back and forth between them by itself. */
export const runGround = (read: Read, id: string): Ground => groundOf(read, 'run', id, ({ epoch, state }) => ({ epoch, state: state === 'running' || state === 'waiting' ? 'live' : state }));

/** The same with the step it is at. */
export const stepGround = (read: Read, id: string): Ground => ({ ...runGround(read, id), ...groundOf(read, 'run', id, ({ nextStepId }) => ({ nextStepId })) });

/** A task as it was read (the text of a note's box may change), with what was answered, and what it stands on. */
export function taskGround(read: Read, id: string): Ground {
	const task = read('task', id);
	return {
		...groundOf(read, 'task', id, ({ title, state, completedBy, question, answer }) => ({ title, state, completedBy, ...(question ? { answer: answer?.label ?? null } : {}) })),
		...customerGround(read, task?.customerId ?? null),
		...epochGround(read, task?.runId ?? null),
	};
}

/** A mail as it was read, and what it stands on. */
export function draftGround(read: Read, id: string): Ground {
	const draft = read('draft', id);
	return {
		...groundOf(read, 'draft', id, ({ state, decidedBy, to, cc, bcc, subject, text }) => ({ state, decidedBy, to, cc, bcc, subject, text })),
		...customerGround(read, draft?.customerId ?? null),
		...epochGround(read, draft?.runId ?? null),
	};
}

/** What the device sends: the values as they are shown, and beside them what the server said where that differs. */
export function seenBy(ground: (read: Read) => Ground, shown: Read, served: Read): Seen[] {
	const said = ground(served);
	return Object.entries(ground(shown)).map(([name, was]) => (name in said && canonical(said[name]) !== canonical(was) ? { name, was, or: said[name]! } : { name, was }));
}

/** What is seen once the differences were read: where the ground had moved, it is what they say it is now. */
export function afresh(seen: readonly Seen[], moved: readonly Difference[]): Seen[] {
	const now = new Map(moved.map(({ name, now }) => [name, now]));
	return seen.map((one) => (now.has(one.name) ? { name: one.name, was: now.get(one.name)! } : one));
}

/** Where the ground has moved: every value that is neither what was seen nor what had been said. */
export function differences(seen: readonly Seen[], now: Ground): Difference[] {
	return seen.flatMap(({ name, was, or }) => {
		const value = now[name] ?? null;
		const isSame = canonical(value) === canonical(was) || (or !== undefined && canonical(value) === canonical(or));
		return isSame ? [] : [{ name, was, now: value }];
	});
}
