/** Since when a value that a condition saw had been what it was (CO5): the last recorded change of what its path reads. */
import type { Changed, Explanation } from '../conditions/condition.ts';
import type { RecordedEvent } from '../events/event.ts';

/** What the values of a path are made by, where that isn't a change of the field itself. */
const madeBy: Record<string, (event: RecordedEvent) => boolean> = {
	'customer.id': ({ type }) => type === 'customer.created',
	'customer.createdAt': ({ type }) => type === 'customer.created',
	'customer.stageSince': ({ type }) => type === 'customer.stage-changed',
	'customer.tags': ({ type }) => type === 'customer.tag-added' || type === 'customer.tag-removed',
	'customer.team': ({ type }) => type === 'customer.team-changed',
	'customer.mrr': ({ type }) => type.startsWith('agreement.'),
	'customer.renewalAt': ({ type }) => type.startsWith('agreement.'),
	'customer.lastTouchAt': ({ type }) => type === 'interaction.logged',
	'contact.roles': ({ type }) => type === 'contact.role-changed',
	'contact.tags': ({ type }) => type === 'contact.tag-added' || type === 'contact.tag-removed',
};

/** What gives every value of a record or contact its first one. */
const isBeginning = (root: string, { type }: RecordedEvent): boolean => type === `${root}.created` || (root === 'contact' && ['contact.removed', 'contact.merged', 'contact.separated', 'customer.created'].includes(type));

const isChangeOf = (path: string, event: RecordedEvent): boolean => {
	const [root = '', ...rest] = path.split('.');
	if (isBeginning(root, event)) return true;
	return Object.hasOwn(madeBy, path) ? madeBy[path]!(event) : event.subjectType === root && event.data.field === rest.join('.');
};

/**
 * The last change of what a path reads, among one customer's events up to the moment in question, in any order. Null when none is known;
 * also for paths of the event or run, which don't change.
 */
export function lastChange(path: string, events: readonly RecordedEvent[]): Changed | null {
	let last: RecordedEvent | null = null;
	for (const event of events) if (isChangeOf(path, event) && (last === null || event.at >= last.at)) last = event;
	return last && { at: last.at, by: last.actor };
}

/** The same explanation with the time and author of each value that it saw. */
export const withChanges = (explanation: Explanation, events: readonly RecordedEvent[]): Explanation =>
	explanation.kind === 'group'
		? { ...explanation, items: explanation.items.map((item) => withChanges(item, events)) }
		: { ...explanation, changed: lastChange(explanation.field, events) };
