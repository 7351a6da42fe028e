/** Runs that were put away, a page after the other, as the server gives them, or as this device remembers them (SY2). */
import type { ListedRun, RunFilter } from '#domain/engine/listed-run.ts';
import { ask } from '$lib/sync/index.ts';
import { failureText } from '$lib/ui/refusal.ts';

type Page = { runs: ListedRun[]; next: string | null };
const pathOf = ({ state, playbookId, customerId, owner, since }: RunFilter, after: string | null): string => {
	const parts: [string, string | number | null][] = [['state', state], ['playbook', playbookId], ['customer', customerId], ['owner', owner], ['since', since], ['after', after]];
	return `/api/runs?${parts.flatMap(([name, value]) => (value === null ? [] : [`${name}=${encodeURIComponent(value)}`])).join('&')}`;
};

/** Reactive. */
export class PutAway {
	runs = $state.raw<readonly ListedRun[]>([]);
	next = $state<string | null>(null);
	isLoading = $state(false);
	problem = $state<string | null>(null);
	/** When the server said so, ms, while it can't be asked. */
	at = $state<number | null>(null);
	#filter: RunFilter | null = null;

	/** Begins anew with this filter; null shows none. */
	async show(filter: RunFilter | null): Promise<void> {
		[this.#filter, this.runs, this.next, this.problem] = [filter, [], null, null];
		if (filter) await this.#load(filter, null, []);
	}

	more = async (): Promise<void> => {
		if (this.#filter && this.next && !this.isLoading) await this.#load(this.#filter, this.next, this.runs);
	};

	again = (): Promise<void> => this.show(this.#filter);

	async #load(filter: RunFilter, after: string | null, before: readonly ListedRun[]): Promise<void> {
		this.isLoading = true;
		const failure = await ask<Page>(pathOf(filter, after), ({ runs, next }, at) => {
			if (this.#filter === filter) [this.runs, this.next, this.at] = [[...before, ...runs], next, at];
		});
		if (this.#filter !== filter) return;
		this.isLoading = false;
		this.problem = failure && this.at === null ? failureText(failure) : null;
	}
}
