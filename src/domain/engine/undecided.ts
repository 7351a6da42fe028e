/** What automation may not go on with while a conflict waits for a person (SY6): who reads or changes such a field waits likewise. */
import { fieldKey } from '../actions/people.ts';
import type { Group } from '../conditions/condition.ts';
import type { Step } from '../documents/playbook/definition.ts';

/** Paths into the facts (`customer.stage`) that nobody has decided yet, each with the time (ms) after which its value counts as it is. */
export type Undecided = ReadonlyMap<string, number>;

/** What follows from each field: a stage has its time, agreements make the customer's money and renewal. */
const follows: Record<string, readonly string[]> = {
	'customer.stage': ['customer.stage', 'customer.stageSince'],
	'agreement.mrr': ['customer.mrr'],
	'agreement.endAt': ['customer.renewalAt'],
};

/** The undecided paths of one customer. */
export function undecided(open: readonly { subject: string; field: string; until: number }[]): Undecided {
	const paths = open.flatMap(({ subject, field, until }) => (follows[`${subject}.${field}`] ?? [`${subject}.${field}`]).map((path) => [path, until] as const));
	return new Map(paths.sort(([, a], [, b]) => a - b));
}

/** The latest time that any of these paths waits for, ms; null when all are decided. */
export function waitsUntil(paths: readonly string[], open: Undecided = new Map()): number | null {
	const times = paths.flatMap((path) => open.get(path) ?? []);
	return times.length === 0 ? null : Math.max(...times);
}

/** The paths that a condition reads. */
export const readBy = (group: Group): string[] => group.items.flatMap((item) => (item.kind === 'group' ? readBy(item) : [item.field]));

/** The paths that a step reads or changes: a split's conditions, a date waited for, fields set, and the owner whom a message or task is about. */
export function touchedBy(step: Step): string[] {
	switch (step.kind) {
		case 'split':
			if (step.question) return namesOwner(step.question) ? ['customer.owner'] : [];
			return step.branches.flatMap(({ condition }) => (condition ? readBy(condition) : []));
		case 'wait': return step.params.mode === 'until' && step.params.field !== null ? [`customer.${fieldKey(step.params.field)}`] : [];
		case 'action': return [...changed(step.params), ...(namesOwner(step.params) ? ['customer.owner'] : [])];
		case 'stop': return [];
	}
}

const changed = ({ set }: Record<string, unknown>): string[] => (Array.isArray(set) ? set.map((one) => `customer.${fieldKey(String((one as { field?: unknown } | null)?.field ?? ''))}`) : []);

/** Whether a parameter stands for the customer's owner (`{ kind: 'owner' }`). */
const namesOwner = (value: unknown): boolean => typeof value === 'object' && value !== null && ((value as { kind?: unknown }).kind === 'owner' || Object.values(value).some(namesOwner));
