/** Evaluates conditions and explains every clause: what it saw and whether it held (CO1, CO5). */
import type { Clause, Explanation, Group } from './condition.ts';
import { typeOf } from './fields.ts';
import { holds } from './compare.ts';
import type { Facts } from '../engine/facts.ts';
import { isBlank, type Value } from '../value.ts';

/** The values of a field at a path: one, or for `contact.…` one for each contact. */
function valuesAt(path: string, facts: Facts): Value[] {
	const [root, ...rest] = path.split('.');
	const key = rest.join('.');
	if (root === 'customer') return [own(facts.customer, key)];
	if (root === 'contact') return facts.contacts.map((contact) => own(contact, key));
	if (root === 'event') return [key === 'type' || key === 'at' ? (facts.event?.[key] ?? null) : own(facts.event?.data, key)];
	if (root === 'run' && rest[0] === 'vars') return [deep(facts.run?.vars, rest.slice(1))];
	return root === 'run' && key === 'startedAt' ? [facts.run?.startedAt ?? null] : [null];
}

/** Own properties only: a field called `constructor` reads nothing. */
const own = (from: Record<string, unknown> | null | undefined, key: string): Value => (from && Object.hasOwn(from, key) ? toValue(from[key]) : null);

function deep(from: unknown, path: string[]): Value {
	let at: unknown = from;
	for (const key of path) at = at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : null;
	return toValue(at);
}

/** Anything JSON as a Value: lists hold texts, objects are read by path only. */
function toValue(found: unknown): Value {
	if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
	if (Array.isArray(found)) return found.filter((item) => item !== null && typeof item !== 'object').map(String);
	return null;
}

function explainClause(clause: Clause, facts: Facts, now: number): Explanation {
	const type = typeOf(clause.field, facts.settings) ?? 'text';
	const seen = valuesAt(clause.field, facts);
	const context = { type, now, zone: facts.settings.timeZone };
	// Any contact is enough: a clause on contacts holds when it holds for one of them (and never when there is none).
	const match = seen.findIndex((value) => holds(clause.operator, value, clause.value, context));
	const saw = match >= 0 ? seen[match]! : seen.length === 1 ? seen[0]! : seen.flat().filter((value) => !isBlank(value)).map(String);
	return { kind: 'clause', id: clause.id, field: clause.field, operator: clause.operator, expected: clause.value, saw, holds: match >= 0 };
}

/**
 * Evaluates a group against the truth of a moment (`now`, ms) and says why. Every clause is evaluated, also when the
 * outcome is already sure: an explanation shows all of them. An empty group holds.
 */
export function explain(group: Group, facts: Facts, now: number): Explanation {
	const items = group.items.map((item) => (item.kind === 'group' ? explain(item, facts, now) : explainClause(item, facts, now)));
	const isHeld = items.length === 0 || (group.mode === 'all' ? items.every((item) => item.holds) : items.some((item) => item.holds));
	return { kind: 'group', id: group.id, mode: group.mode, holds: isHeld, items };
}
