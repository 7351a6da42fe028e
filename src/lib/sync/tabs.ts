/**
 * The tabs that one person has open in one workspace on this device (ADR 13): a line between them, and one of them that leads.
 * The lead alone talks to the rooms and the server. It holds a lock that the browser lets go when its tab dies; a lead that lives
 * but doesn't answer, or that nobody looks at any more, is relieved by the tab that is looked at.
 */
import type { Channel, Environment } from './environment.ts';
import { newId } from './new-id.ts';

/** A tab that is looked at asks the lead this often whether it is there; after three silences, or three answers from a hidden tab, it leads itself: within 2 s. */
const askEvery = 500;
const patience = 3;

type Message = { from: string; topic: string; body: any };
/** `at`: since when it leads, ms UTC; a lead that was relieved without noticing speaks of an earlier time. */
type Lead = { tab: string; at: number };

export class Tabs {
	readonly id: string;
	#name: string;
	#environment: Environment;
	#channel: Channel | undefined;
	#listeners = new Map<string, Set<(body: any, from: string) => void>>();
	#onLead = new Set<(isLead: boolean) => void>();
	#onGone = new Set<(tab: string) => void>();
	#watched = new Set<string>();
	#lead: Lead | null = null;
	#ending = new AbortController();
	#standing = new AbortController();
	#letGo: () => void = () => {};
	#silences = 0;
	#hidden = 0;
	#timer: unknown = null;

	/** `id` is this tab's own; `name` is common to the tabs of one person in one workspace. */
	constructor(name: string, id: string, environment: Environment) {
		this.#name = name;
		this.id = id;
		this.#environment = environment;
		this.#channel = environment.openChannel(name);
		if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data);
		// Without locks nobody can be sure to be the only lead, and without a store there is nothing to share: then every tab leads.
		if (environment.locks && this.#channel && environment.indexedDB) this.#live();
		else this.#lead = { tab: id, at: environment.now() };
	}

	get isLead(): boolean {
		return this.leads(this.id);
	}

	/** Whether a tab leads, as far as is known here: one that was relieved and hasn't noticed speaks of a link that is no more. */
	leads(tab: string): boolean {
		return this.#lead?.tab === tab;
	}

	/** Whether a tab is known not to lead: what it says of the whole is out of date. */
	isRelieved(tab: string): boolean {
		return this.#lead !== null && !this.leads(tab);
	}

	/** Calls `listen` now if it is known who leads, and whenever that changes: with true in the tab that leads. Returns how to stop. */
	follow(listen: (isLead: boolean) => void): () => void {
		this.#onLead.add(listen);
		if (this.#lead) listen(this.isLead);
		return () => void this.#onLead.delete(listen);
	}

	/** Hears what other tabs post on a topic. Returns how to stop. */
	on(topic: string, listen: (body: any, from: string) => void): () => void {
		const listeners = this.#listeners.get(topic) ?? new Set();
		this.#listeners.set(topic, listeners.add(listen));
		return () => void listeners.delete(listen);
	}

	/** Tells all other tabs. What is told must be plain: no proxies, no functions. */
	post(topic: string, body: unknown): void {
		if (!this.#ending.signal.aborted) this.#channel?.postMessage({ from: this.id, topic, body } satisfies Message);
	}

	/** Hears, in the lead, of tabs that are gone: closed or crashed. Returns how to stop. */
	onGone(listen: (tab: string) => void): () => void {
		this.#onGone.add(listen);
		return () => void this.#onGone.delete(listen);
	}

	/** Leaves: another tab leads from now on. */
	end(): void {
		this.#ending.abort();
		this.#standing.abort();
		this.#environment.clearTimeout(this.#timer);
		this.#letGo();
		this.#channel?.close();
	}

	#live(): void {
		const { locks } = this.#environment;
		const signal = this.#ending.signal;
		// Held as long as this tab lives: that is how the lead hears of its death. Only then may others hear of it.
		const alive = () => (this.#stand(), this.#ask(), new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())));
		void locks!.request(`${this.#name} ${this.id}`, { signal }, alive).catch(() => {});
	}

	/** Waits in line for the lead, or takes it now from one who doesn't answer. */
	#stand(isTaking = false): void {
		this.#standing.abort();
		this.#standing = new AbortController();
		const { signal } = this.#standing;
		const led = () => {
			if (this.#ending.signal.aborted) return Promise.resolve();
			this.#become({ tab: this.id, at: Math.max(this.#environment.now(), (this.#lead?.at ?? 0) + 1) });
			return new Promise<void>((resolve) => (this.#letGo = resolve));
		};
		const isOver = () => this.#ending.signal.aborted || signal.aborted;
		void this.#environment
			.locks!.request(`${this.#name} lead`, isTaking ? { steal: true } : { signal }, led)
			// It was taken from this tab, which had not answered: in line again. Who leads now says so itself.
			.catch(() => isOver() || this.#stand());
	}

	#become(lead: Lead): void {
		const isNew = lead.tab !== this.#lead?.tab || lead.at !== this.#lead.at;
		this.#lead = lead;
		this.#silences = 0;
		if (!isNew) return;
		this.#hidden = 0;
		for (const listen of this.#onLead) listen(this.isLead);
		if (this.isLead) this.#say();
	}

	#say(): void {
		this.post('lead', { at: this.#lead!.at, isVisible: this.#environment.isVisible() });
	}

	#ask(): void {
		const environment = this.#environment;
		this.#timer = environment.setTimeout(() => this.#ask(), askEvery);
		if (this.isLead || !environment.isVisible()) {
			this.#silences = this.#hidden = 0;
			return;
		}
		if (this.#silences >= patience || this.#hidden >= patience) {
			this.#silences = this.#hidden = 0;
			return this.#stand(true);
		}
		this.#silences++;
		this.post('who leads', null);
	}

	#hear({ from, topic, body }: Message): void {
		if (this.#ending.signal.aborted) return;
		if (this.isLead) this.#watch(from);
		if (topic === 'who leads' && this.isLead && this.#environment.locks) this.#say();
		else if (topic === 'lead') this.#heardLead({ tab: from, at: body.at }, body.isVisible);
		else this.#listeners.get(topic)?.forEach((listen) => listen(body, from));
	}

	#heardLead(lead: Lead, isVisible: boolean): void {
		if (!this.#environment.locks || (this.#lead && lead.at < this.#lead.at)) return;
		this.#hidden = isVisible ? 0 : this.#hidden + 1;
		this.#become(lead);
	}

	/** Waits for a tab's own lock: whoever gets it knows that the tab is gone. */
	#watch(tab: string): void {
		const { locks } = this.#environment;
		if (!locks || this.#watched.has(tab)) return;
		this.#watched.add(tab);
		const gone = async () => {
			this.#watched.delete(tab);
			for (const listen of this.#onGone) listen(tab);
		};
		void locks.request(`${this.#name} ${tab}`, { signal: this.#ending.signal }, gone).catch(() => {});
	}
}

/** A tab that shares nothing. */
export const alone = (environment: Environment): Tabs => new Tabs('', newId(''), { ...environment, locks: undefined, openChannel: () => undefined });
