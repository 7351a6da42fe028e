/** Which customers a view shows: its circle, its conditions, parents or children. The text is the mirror's search. */
import type { Group } from '#domain/conditions/condition.ts';
import { explain } from '#domain/conditions/evaluate.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { answerable } from '#domain/views/missing.ts';
import type { ViewDefinition } from '#domain/views/view.ts';
import type { Customer } from './lines.ts';

export type Ground = {
	settings: WorkspaceSettings;
	/** Who looks, and whom they follow. */
	me: string | null;
	followed: ReadonlySet<string>;
	/** Read only when a condition asks for them. */
	contacts: () => readonly MirrorRows['contact'][];
	lastTouch: (customerId: string) => number | undefined;
	/** The parent that each customer is shown under. */
	parents: () => ReadonlyMap<string, string>;
	/** ms UTC. */
	now: number;
};

const reads = (group: Group, root: string): boolean => group.items.some((item) => (item.kind === 'group' ? reads(item, root) : item.field.startsWith(root)));

/** The customers that pass, in their order. The same array when all do. */
export function narrowed(customers: readonly Customer[], { whose, filters, scope }: Pick<ViewDefinition, 'whose' | 'filters' | 'scope'>, ground: Ground): readonly Customer[] {
	const { settings, me, followed, now } = ground;
	let found = customers;
	if (whose === 'mine') found = found.filter((row) => row.owner === me);
	if (whose === 'followed') found = found.filter((row) => followed.has(row.id));
	if (scope !== 'all') {
		const parents = ground.parents();
		const above = new Set(parents.values());
		found = found.filter((row) => (scope === 'parents' ? above.has(row.id) : parents.has(row.id)));
	}
	const asked = answerable(filters, settings);
	if (asked.items.length === 0) return found;
	const contacts = new Map<string, MirrorRows['contact'][]>();
	if (reads(asked, 'contact.'))
		for (const contact of ground.contacts()) {
			const list = contacts.get(contact.customerId);
			if (list) list.push(contact);
			else contacts.set(contact.customerId, [contact]);
		}
	return found.filter((customer) => explain(asked, factsFromRows({ customer, contacts: contacts.get(customer.id) ?? [], lastTouchAt: ground.lastTouch(customer.id) ?? null }, settings), now).holds);
}
