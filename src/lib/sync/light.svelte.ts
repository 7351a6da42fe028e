/** The sync light (SY4): where this person's work is, the worst of what is open, and whether the server can be reached. */
import type { CommandQueue } from './command-queue.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { Environment } from './environment.ts';
import { type Light, lightOf } from './light.ts';
import type { Mirror } from './mirror.svelte.ts';
import type { WorkspaceLink } from './workspace-link.svelte.ts';

export type LightOptions = { environment: Environment; documents: Documents; queue: CommandQueue; mirror: Mirror; link: WorkspaceLink; storeProblem: () => string | null; queueProblem: () => string | null };

export class SyncLight {
	#options: LightOptions;
	#hasNetwork = $state(true);
	#stop: () => void;

	constructor(options: LightOptions) {
		this.#options = options;
		const { hasNetwork, onNetwork } = options.environment;
		this.#hasNetwork = hasNetwork();
		this.#stop = onNetwork(() => (this.#hasNetwork = hasNetwork()));
	}

	/** Reactive. */
	get current(): Light {
		const { documents, queue, mirror, storeProblem, queueProblem } = this.#options;
		const { isCurrent, isOffline } = this;
		return lightOf({
			documents: documents.open.map((document) => document.status),
			commands: queue.waiting.length,
			isSaving: queue.isSaving || documents.open.some(({ isStored }) => !isStored),
			problem: storeProblem() ?? queueProblem(),
			error: isOffline ? 'offline' : (mirror.status.error?.code ?? null),
			isCurrent,
			isOffline,
		});
	}

	/** Reactive: the lists are as the server has them. While the first rows are still coming, what is here is not all there is. */
	get isCurrent(): boolean {
		const { link, mirror } = this.#options;
		const { state, syncedAt } = mirror.status;
		return this.#hasNetwork && link.isOpen && syncedAt !== null && (state === 'synced' || state === 'syncing');
	}

	/** Reactive: known at once from the browser, which never errs in this, and from a link that died within 5 s (S16). */
	get isOffline(): boolean {
		return !this.#hasNetwork || this.#options.link.isLost;
	}

	end(): void {
		this.#stop();
	}
}
