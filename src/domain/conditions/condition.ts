/** Conditions: nested AND/OR groups of clauses over facts, which explain themselves (CO1, CO5). */
import type { Actor } from '../events/event.ts';
import type { Value } from '../value.ts';

export const operators = [
	'is',
	'is-not',
	'any-of',
	'none-of',
	'contains',
	'not-contains',
	'is-empty',
	'is-not-empty',
	'before',
	'after',
	'within-last-days',
	'within-next-days',
	'greater',
	'less',
	'between',
] as const;
export type Operator = (typeof operators)[number];

/** `field` is a path into the facts: `customer.stage`, `customer.f_…`, `contact.title`, `event.to`, `run.vars.…`. */
export type Clause = { id: string; kind: 'clause'; field: string; operator: Operator; value: unknown };
export type Group = { id: string; kind: 'group'; mode: 'all' | 'any'; items: (Clause | Group)[] };

/** Since when a value had been what was seen (ms UTC), and who made it so; null by nobody that is known. */
export type Changed = { at: number; by: Actor | null };

/** What a clause saw: the value at the time, and whether it held; `changed` where the history was asked. A group holds them in order. */
export type Explanation =
	| { kind: 'clause'; id: string; field: string; operator: Operator; expected: unknown; saw: Value; holds: boolean; changed?: Changed | null }
	| { kind: 'group'; id: string; mode: 'all' | 'any'; holds: boolean; items: Explanation[] };
