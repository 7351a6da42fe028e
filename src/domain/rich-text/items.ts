/**
 * Checkboxes and mentions in rich text. A box (`taskItem`) has an `id`, and `task` when it stands for a task that was there before it.
 * What people decide about a box (done, who, until when) is not in its element but in the root map `items` under `<id>:<field>`: moving
 * a box in the text makes a new element, and a tick made elsewhere meanwhile must not go with the old one.
 */
import * as Y from 'yjs';

/** A box in the order of the text. `title`: its own text, without the boxes inside it. */
export type Item = { id: string; task: string | null; title: string };
export type ItemField = 'done' | 'assignee' | 'dueAt' | 'dueInDays';

export const items = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('items');
export const itemKey = (id: string, field: ItemField): string => `${id}:${field}`;

/** Whether a text can be the id of a box (S2). */
const isItemId = (id: unknown): id is string => typeof id === 'string' && /^[a-z0-9_-]{1,64}$/.test(id);

/** Every element of the fragment in the order of the text. */
function* elementsIn(parent: Y.XmlFragment): Generator<Y.XmlElement> {
	for (const child of parent.toArray()) {
		if (!(child instanceof Y.XmlElement)) continue;
		yield child;
		yield* elementsIn(child);
	}
}

/** The boxes of a text; of two with one id (a move by two at once) the first counts, until the room has given the other its own (heal). */
export function itemsIn(fragment: Y.XmlFragment): Item[] {
	const seen = new Set<string>();
	return [...elementsIn(fragment)].flatMap((element) => {
		const id: unknown = element.getAttribute('id');
		if (element.nodeName !== 'taskItem' || !isItemId(id) || seen.has(id)) return [];
		seen.add(id);
		const task: unknown = element.getAttribute('task');
		return [{ id, task: isItemId(task) ? task : null, title: titleOf(element) }];
	});
}

function titleOf(item: Y.XmlElement): string {
	const own = item.toArray().filter((child) => child instanceof Y.XmlElement && child.nodeName !== 'taskList') as Y.XmlElement[];
	return own.map(inlineOf).join(' ').replace(/\s+/g, ' ').trim().slice(0, 300);
}

function inlineOf(node: Y.XmlElement): string {
	return node
		.toArray()
		.map((child) => {
			if (child instanceof Y.XmlText) return (child.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('');
			if (!(child instanceof Y.XmlElement)) return '';
			return child.nodeName === 'mention' ? `@${String(child.getAttribute('label') ?? '')}` : child.nodeName === 'hardBreak' ? ' ' : inlineOf(child);
		})
		.join('');
}

/** A person mentioned; `mention` is this mention's own id, so that each is seen once. */
export type Mention = { mention: string; userId: string };

/** The mentions of a text, in its order. */
export const mentionsIn = (fragment: Y.XmlFragment): Mention[] =>
	[...elementsIn(fragment)].flatMap((element) => {
		const [mention, userId]: unknown[] = [element.getAttribute('mention'), element.getAttribute('id')];
		return element.nodeName === 'mention' && isItemId(mention) && typeof userId === 'string' ? [{ mention, userId }] : [];
	});

/** What is decided about a box; what can't be read counts as not decided. */
export function decidedOf(map: Y.Map<unknown>, id: string): { isDone: boolean; assignee: string | null; dueAt: number | null; dueInDays: number | null } {
	const read = (field: ItemField) => map.get(itemKey(id, field));
	const [assignee, dueAt, dueInDays] = [read('assignee'), read('dueAt'), read('dueInDays')];
	return {
		isDone: read('done') === true,
		assignee: typeof assignee === 'string' && assignee !== '' ? assignee : null,
		dueAt: Number.isSafeInteger(dueAt) ? (dueAt as number) : null,
		dueInDays: Number.isSafeInteger(dueInDays) ? (dueInDays as number) : null,
	};
}

/**
 * Gives boxes without an id, or with one that an earlier box has, an id of their own, made of where Yjs knows them (S12). Returns how many.
 * Only the room calls it: two devices would each give their own.
 */
export function healItems(fragment: Y.XmlFragment): number {
	const seen = new Set<string>();
	let healed = 0;
	for (const element of elementsIn(fragment)) {
		if (element.nodeName !== 'taskItem') continue;
		const id: unknown = element.getAttribute('id');
		if (isItemId(id) && !seen.has(id)) seen.add(id);
		else {
			const { client, clock } = element._item!.id;
			const own = `task_${client.toString(36)}-${clock.toString(36)}`;
			element.setAttribute('id', own);
			seen.add(own);
			healed++;
		}
	}
	return healed;
}
