/** Several decisions in one act (SY3, ADR 28): what the first of them led to doesn't hold the rest. */
import { canonical } from '../value.ts';
import type { Difference, GroundValue, Seen } from './ground.ts';

/** A recorded change of one field, and the root of the run that made it; null when no run did. */
export type FieldChange = { from: GroundValue; to: GroundValue; rootRunId: string | null };

/** The id of the `n`th command of an act. */
export const idInAct = (act: string, n: number): string => `${act}-${n}`;

/** What the ids of an act's commands begin with; null for a command that was decided by itself. */
export function actOf(id: string): string | null {
	const end = id.lastIndexOf('-');
	return end < 0 ? null : id.slice(0, end + 1);
}

const isSame = (a: GroundValue | undefined, b: GroundValue | undefined): boolean => canonical(a ?? null) === canonical(b ?? null);

/**
 * Whether `changes` (newest first) lead back from what is now to what was seen, every one of them made by runs that the act itself
 * set going (`roots`). One change by anybody else, or a gap, and it is not.
 */
export function isOwnConsequence({ was, now }: Difference, or: Seen['or'], changes: readonly FieldChange[], roots: ReadonlySet<string>): boolean {
	let value: GroundValue = now;
	for (const { from, to, rootRunId } of changes) {
		if (!isSame(to, value) || rootRunId === null || !roots.has(rootRunId)) return false;
		value = from ?? null;
		if (isSame(value, was) || (or !== undefined && isSame(value, or))) return true;
	}
	return false;
}
