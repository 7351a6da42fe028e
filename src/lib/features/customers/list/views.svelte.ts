/** The saved views as this person sees them: what the mirror says, with what was decided here since on top. */
import type { MirrorRows } from '#domain/mirror.ts';
import type { ViewDefinition } from '#domain/views/view.ts';
import { mirror, newId, queue, send, session } from '$lib/sync/index.ts';

export type View = MirrorRows['view'];
type Saved = Omit<View, 'owner'>;

const byPlace = (a: View, b: View) => a.position - b.position || a.name.localeCompare(b.name);

const saved = $derived.by(() => {
	const views = new Map(mirror.rows('view').map((view) => [view.id, view]));
	for (const { type, args } of queue.unseen) {
		if (type === 'save-view') {
			const view = args as Saved;
			views.set(view.id, { ...view, owner: views.get(view.id)?.owner ?? session.user?.id ?? '' });
		} else if (type === 'remove-view') views.delete((args as { id: string }).id);
	}
	return [...views.values()].sort(byPlace);
});

/** Reactive. */
export const views = {
	get all(): readonly View[] {
		return saved;
	},
	get: (id: string): View | undefined => saved.find((view) => view.id === id),
	/** Whether this person may change it. */
	mayChange: (view: View): boolean => view.owner === session.user?.id || (view.isShared && session.role === 'administrator'),
	/** Saves a new view; returns its id. */
	add: (name: string, isShared: boolean, definition: ViewDefinition): string => {
		const id = newId('view');
		send('save-view', { id, kind: 'customer', name, isShared, position: (saved.at(-1)?.position ?? 0) + 1, definition });
		return id;
	},
	change: ({ id, kind, name, isShared, position, definition }: View, changes: Partial<Saved>): void => void send('save-view', { id, kind, name, isShared, position, definition, ...changes }),
	remove: (id: string): void => void send('remove-view', { id }),
};
