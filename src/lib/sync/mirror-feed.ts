/**
 * Where the mirror's rows come from (design.md, The mirror): pages from the server, kept on the device together with how far they
 * reach. The tab that leads asks; the others get its pages and its status (ADR 13).
 */
import type { SyncedRow } from '#domain/mirror.ts';
import { backoff } from './backoff.ts';
import type { Answer, Call } from './call.ts';
import type { Environment } from './environment.ts';
import type { MirrorStatus } from './mirror-status.ts';
import type { MirrorStore, Reach } from './mirror-store.ts';
import { newId } from './new-id.ts';
import type { Tabs } from './tabs.ts';
import { UnkeptRows } from './unkept-rows.ts';

export type MirrorFeedOptions = {
	environment: Environment;
	call: Call;
	/** Null keeps the rows in memory only. */
	store: MirrorStore | null;
	tabs: Tabs;
	/** How far the device's rows reach, once they are in memory. */
	loaded: Promise<Reach>;
	/** Rows to show; `isAnew`: in place of all that were there. */
	onPage: (rows: readonly SyncedRow[], isAnew: boolean) => void;
	onStatus: (status: MirrorStatus) => void;
	/** The server refused this session or right. */
	onRefused: () => void;
};

type Page = { rows: SyncedRow[]; cursor: string | number; isDone: boolean; seq: number };
type Want = 'pull' | 'caughtUp';
const pageSize = 2_000;
const pollEvery = 30_000;

export class MirrorFeed {
	#options: MirrorFeedOptions;
	#reach: Reach | null = null;
	#status: MirrorStatus = { state: 'loading', syncedAt: null, received: 0, error: null };
	#unkept = new UnkeptRows();
	#pulling: Promise<void> | null = null;
	#next: Promise<void> | null = null;
	/** Who waits for a pull that begins from now on and ends well. */
	#awaited: (() => void)[] = [];
	/** What this tab asked the lead for and has no answer to. */
	#asked = new Map<string, { want: Want; resolve: () => void }>();
	#failures = 0;
	#timer: unknown = null;
	#isEnded = false;
	#isStartingOver = false;
	#known = 0;
	#stops: (() => void)[];
	/** Is the workspace's socket open, so that pokes come? Set by who owns the socket. */
	isPoked = false;

	constructor(options: MirrorFeedOptions) {
		this.#options = options;
		const { environment, tabs, loaded } = options;
		// What other tabs say meanwhile comes after what the device has.
		const ready = loaded.then((reach) => {
			this.#reach = reach;
			this.#become({ state: 'stale', syncedAt: reach.syncedAt });
		});
		this.#stops = [
			tabs.on('mirror', (body, from) => void ready.then(() => this.#hear(body, from))),
			environment.onResume(() => tabs.isLead && void this.pull()),
		];
		void ready.then(() => this.#isEnded || this.#stops.push(tabs.follow((isLead) => this.#follow(isLead))));
	}

	/** Gets what changed up to now. Calls during a pull make one more after it, and resolve with that. */
	pull(): Promise<void> {
		if (this.#isEnded) return Promise.resolve();
		if (!this.#options.tabs.isLead) return this.#ask('pull');
		if (this.#pulling)
			return (this.#next ??= this.#pulling.then(() => {
				this.#next = null;
				return this.pull();
			}));
		this.#options.environment.clearTimeout(this.#timer);
		this.#pulling = this.#options.loaded
			.then(() => this.#pull())
			.finally(() => {
				this.#pulling = null;
				this.#schedule();
			});
		return this.#pulling;
	}

	/** Resolves when what the server has now is here, however many tries that takes. */
	caughtUp(): Promise<void> {
		if (!this.#options.tabs.isLead) return this.#ask('caughtUp');
		return new Promise((resolve) => {
			this.#awaited.push(resolve);
			void this.pull();
		});
	}

	/** The server has something as of `seq`. */
	poke(seq: number): void {
		if (seq > this.#known) void this.pull();
	}

	end(): void {
		this.#isEnded = true;
		for (const stop of this.#stops) stop();
		this.#options.environment.clearTimeout(this.#timer);
		this.#options.store?.close();
	}

	async #pull(): Promise<void> {
		const { call, environment, tabs } = this.#options;
		const isFirst = this.#reach!.syncedAt === null;
		const awaited = this.#awaited.splice(0);
		let received = 0;
		if (isFirst || this.#status.error) this.#become({ state: 'syncing', received: 0 });
		for (;;) {
			const isAnew = this.#isStartingOver;
			if (isAnew) this.#reach = { ...this.#reach!, cursor: null, syncedAt: null };
			const { cursor } = this.#reach!;
			const answer: Answer<Page> = await call(`/api/sync?after=${encodeURIComponent(cursor ?? '0')}&limit=${pageSize}`);
			// Another tab has taken the lead meanwhile, and asks for itself.
			if (this.#isEnded || !tabs.isLead) return void this.#awaited.push(...awaited);
			// What came follows on rows that aren't counted on any more.
			if (this.#isStartingOver !== isAnew) continue;
			if (!answer.ok) {
				// The server was put back or replaced, and doesn't know how far we are.
				if (answer.code === 'not-a-cursor' && cursor !== null) {
					this.#startOver();
					continue;
				}
				this.#failures++;
				this.#awaited.push(...awaited);
				this.#become({ state: 'stale', error: { code: answer.code, message: answer.message } });
				if (answer.status === 401 || answer.status === 403) this.#options.onRefused();
				return;
			}
			const { rows, isDone, seq } = answer.value;
			received += rows.length;
			await this.#take(rows, { ...this.#reach!, cursor: String(answer.value.cursor), syncedAt: isDone ? environment.now() : this.#reach!.syncedAt });
			if (this.#isStartingOver) continue;
			this.#known = Math.max(this.#known, isDone ? seq : 0);
			this.#failures = 0;
			this.#become({ state: isDone ? 'synced' : 'syncing', syncedAt: this.#reach!.syncedAt, received, error: null });
			if (!isDone) continue;
			for (const resolve of awaited) resolve();
			return;
		}
	}

	/** All is fetched anew, by the pull under way or the next, over what is shown meanwhile. */
	#startOver(): void {
		this.#isStartingOver = true;
		this.#become({ state: 'syncing', received: 0, error: null });
	}

	async #take(rows: SyncedRow[], reach: Reach): Promise<void> {
		const isAnew = this.#isStartingOver;
		this.#isStartingOver = false;
		if (isAnew) {
			this.#unkept.clear();
			const begun = await this.#options.store?.clear(reach.scope).catch(() => null);
			if (begun) reach = { ...reach, edition: begun.edition };
		}
		this.#reach = reach;
		this.#options.onPage(rows, isAnew);
		this.#unkept.note(rows, { isLacking: true, isLate: false });
		const kept = await (this.#options.store?.keep(this.#unkept.lacking, reach).catch(() => 'failed' as const) ?? 'kept');
		if (kept === 'kept') this.#unkept.taken();
		// Shown from memory, and kept with the next page: the device's cursor must never pass rows that it lacks.
		else this.#unkept.refused();
		if (rows.length > 0 || isAnew) this.#say({ rows, reach, isAnew, isKept: this.#unkept.isEmpty });
		// Another tab took the rows off the device, for a role that was changed back since: all that was there before is lacking.
		if (kept === 'other-edition' && !isAnew) this.#startOver();
	}

	/** The next look: soon after a failure, each 30 s while no pokes come. */
	#schedule(): void {
		const { environment, tabs } = this.#options;
		if (this.#isEnded || !tabs.isLead) return;
		environment.clearTimeout(this.#timer);
		const wait = this.#failures > 0 ? backoff(this.#failures - 1, environment.random) : pollEvery;
		this.#timer = environment.setTimeout(() => {
			if (this.#failures === 0 && (this.isPoked || !environment.isVisible())) this.#schedule();
			else void this.pull();
		}, wait);
	}

	#follow(isLead: boolean): void {
		if (isLead) {
			void this.pull();
			for (const [id, { want, resolve }] of this.#asked) void this[want]().then(() => (this.#asked.delete(id), resolve()));
			return;
		}
		this.#options.environment.clearTimeout(this.#timer);
		this.#say({ asks: 'state', edition: this.#reach!.edition });
		for (const [id, { want }] of this.#asked) this.#say({ asks: want, id });
		for (const resolve of this.#awaited.splice(0)) void this.#ask('caughtUp').then(resolve);
	}

	#ask(want: Want): Promise<void> {
		return new Promise((resolve) => {
			const id = newId('');
			this.#asked.set(id, { want, resolve });
			this.#say({ asks: want, id });
		});
	}

	#hear(body: any, from: string): void {
		const { tabs, onPage, onStatus } = this.#options;
		if (this.#isEnded) return;
		if (tabs.isLead) {
			if (body.asks === 'state' && body.edition !== undefined && body.edition !== this.#reach!.edition) {
				// It read the device when other rows were there, or none: it hasn't got those of before.
				this.#startOver();
				void this.pull();
			}
			// What the device couldn't keep when a tab that begins read it, that tab hasn't got.
			else if (body.asks === 'state') this.#say({ late: this.#unkept.late, reach: this.#reach, isKept: this.#unkept.isEmpty, status: this.#status });
			else if (body.asks) void this[body.asks as Want]().then(() => this.#say({ done: body.id }));
			return;
		}
		this.#asked.get(body.done)?.resolve();
		this.#asked.delete(body.done);
		// One that led, and has not noticed that it was relieved: whoever leads now gets all that it got, and later.
		if (tabs.isRelieved(from)) return;
		const rows: SyncedRow[] | undefined = body.rows ?? body.late;
		if (rows) {
			this.#reach = body.reach;
			if (body.isAnew) this.#unkept.clear();
			if (body.isKept) this.#unkept.taken();
			this.#unkept.note(rows, { isLacking: !body.isKept, isLate: !body.isKept || body.late !== undefined });
			onPage(rows, body.isAnew === true);
		}
		if (body.status) onStatus((this.#status = body.status));
	}

	#become(changes: Partial<MirrorStatus>): void {
		this.#status = { ...this.#status, ...changes };
		if (this.#options.tabs.isLead) this.#say({ status: this.#status });
		this.#options.onStatus(this.#status);
	}

	#say(body: object): void {
		this.#options.tabs.post('mirror', body);
	}
}
