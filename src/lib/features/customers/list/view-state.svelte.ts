/** Which view is open and what was changed on it: the address says both. */
import type { ViewDefinition } from '#domain/views/view.ts';
import { addressOf, builtIn, differing, plainView, readAddress, type Changes } from './address.ts';
import { views, type View } from './views.svelte.ts';

export class ViewState {
	id = $state('all');
	#changes = $state.raw<Changes>({});

	/** The saved view that is open; undefined for a built-in one, and for one that isn't here. */
	readonly saved: View | undefined = $derived(views.get(this.id));
	/** It was removed, or isn't shared with this person. */
	readonly isGone: boolean = $derived(this.saved === undefined && !builtIn.some((id) => id === this.id));
	readonly base: ViewDefinition = $derived(this.saved?.definition ?? plainView(builtIn.find((id) => id === this.id) ?? 'all'));
	readonly changes: Changes = $derived(differing(this.base, this.#changes));
	/** What is shown. */
	readonly definition: ViewDefinition = $derived({ ...this.base, ...this.changes });
	readonly isChanged: boolean = $derived(Object.keys(this.changes).length > 0);
	/** Where a colleague sees the same. */
	readonly address: string = $derived(addressOf(this.id, this.changes));

	read(url: URL): void {
		const { viewId, changes } = readAddress(url.searchParams);
		this.id = viewId;
		this.#changes = changes;
	}

	change(changes: Changes): void {
		this.#changes = { ...this.#changes, ...changes };
	}

	/** The view as it was saved. */
	reset(): void {
		this.#changes = {};
	}

	/** Saves the changes into the open view. */
	save(): void {
		if (!this.saved) return;
		views.change(this.saved, { definition: this.definition });
		this.#changes = {};
	}

	/** Saves what is shown as a new view, and opens it. */
	saveAs(name: string, isShared: boolean): void {
		const id = views.add(name, isShared, this.definition);
		this.id = id;
		this.#changes = {};
	}
}
