/** What the engine stands in, under a schedule: a store that loses, repeats and delays, an alarm, a network; workers that are killed, frozen and whose clocks are wrong. */
import { createHash } from 'node:crypto';
import { LibsqlError } from '@libsql/client/sqlite3';
import type { Database } from '#db/client.ts';
import { leaseMs } from '#db/jobs.ts';
import type { AlarmHost } from '#party/automation.ts';
import { troubles, type Case, type Planted, type Trouble } from './case.ts';
import { networkOf, type News, type Seen } from './outside.ts';
import { fillBook } from './playbooks.ts';
import { Chance, Schedule, Worker } from './schedule.ts';
import { emptied, rowsOf, setStoreClock, storeBy } from './store.ts';

/** How often each kind of trouble happens while there is any: calls to the store and to providers, turns of the schedule, alarms; and how often somebody stands still until the lease is over, just before or after something is sent. */
const shares = { store: 0.04, provider: 0.25, alarm: 0.3, lapse: 0.08 };
const env = { ROOMS_URL: 'http://rooms.test', ROOMS_SECRET: 'a-secret-for-tests-of-rooms', LIBSQL_URL: 'http://store.test', RESEND_URL: 'http://mail.test', ALLOW_PRIVATE_WEBHOOKS: 'true', LOG_LEVEL: 'error' };

export class World {
	readonly schedule: Schedule;
	readonly seen: Seen[] = [];
	readonly fate: Chance;
	readonly network: typeof fetch;
	isTroubled = true;
	/** On whose behalf code runs now: its clock is what `Date.now` says. */
	current: Worker | null = null;
	/** Whoever asks for an effect whose key begins so, dies: a job that kills. */
	poisoned: string | null = null;
	/** How many died of each key. */
	readonly deaths = new Map<string, number>();
	/** How many mails of one sender may go out in a day, or null (R18); and whether the provider tells later what became of mails. */
	readonly mailsADay: number | null;
	readonly hasNews: boolean;
	/** What the provider has yet to tell; and what it has told, by the mail's key. */
	news: News[] = [];
	readonly told = new Map<string, Set<string>>();
	/** Requests of workers that held the job no more. */
	readonly unheld: string[] = [];
	/** Everything that happened, by number; the labels of gates are kept for crashes only. */
	happened: { number: number; what: Trouble }[] = [];
	gates = 0;
	readonly labels: string[] = [];
	/** When the room's alarm is set for, ms of the clock of who set it; and what else its storage holds. */
	alarm: number | null = null;
	readonly #case: Case;
	readonly #planted: Planted;
	#troubles = 0;

	private constructor(one: Case, planted: Planted) {
		this.#case = one;
		this.#planted = planted;
		this.schedule = new Schedule(one.seed, Date.UTC(2026, 10, 23, 9));
		this.fate = new Chance(one.seed ^ 0x5eed);
		const chance = new Chance(one.seed ^ 0xd1ce);
		this.mailsADay = !one.crash && chance.often(0.3) ? 1 + chance.below(3) : null;
		this.hasNews = !one.crash && chance.often(0.25);
		this.network = networkOf(this, new Chance(one.seed ^ 0x7e11));
	}

	static async open(one: Case, planted: Planted): Promise<World> {
		await emptied(fillBook);
		const world = new World(one, planted);
		setStoreClock(world.now);
		if (world.mailsADay !== null) rowsOf('UPDATE workspace SET mails_a_day = :cap', { cap: world.mailsADay });
		return world;
	}

	get now(): number {
		return this.schedule.now;
	}

	/** Time passes, in ms. */
	pass(ms: number): void {
		this.schedule.now += ms;
		setStoreClock(this.now);
	}

	/** Whether this trouble happens now: each has a number, by which a shortened case leaves it out. */
	happens(what: Trouble): boolean {
		const number = this.#troubles++;
		if (!this.isTroubled || this.#case.without?.includes(what) || this.#case.dropped?.includes(number)) return false;
		this.happened.push({ number, what });
		return true;
	}

	/** The trouble of this kind that happens now, or null. */
	trouble(where: 'store' | 'provider' | 'alarm'): Trouble | null {
		if (!this.isTroubled || this.#case.crash || !this.fate.often(shares[where])) return null;
		const what = this.fate.pick(troubles[where]);
		return this.happens(what) ? what : null;
	}

	/** Kills a worker in the middle of what it does, of a job's key if that is what killed it. */
	dies(worker: Worker, of: string | null = null): Promise<never> {
		worker.isDead = true;
		if (of !== null) this.deaths.set(of, (this.deaths.get(of) ?? 0) + 1);
		return new Promise(() => {});
	}

	/** The store as a worker reaches it: a call may be refused, lost on the way there, done and lost on the way back, or done twice. */
	storeOf(worker: Worker): Database {
		return storeBy(async (label, run, isEffect = false) => {
			await this.gate(worker, `${label} →`);
			const trouble = this.trouble('store');
			if (trouble === 'store busy') throw new LibsqlError('database is locked', 'SQLITE_BUSY');
			if (trouble === 'store lost') throw new TypeError('fetch failed');
			let answer: { value: ReturnType<typeof run> } | { error: unknown };
			try {
				if (trouble === 'store twice') run();
				answer = { value: run() };
			} catch (error) {
				answer = { error };
			}
			if (isEffect && this.isTroubled && !this.#case.crash && this.fate.often(shares.lapse) && this.happens('lapse')) worker.frozenUntil = this.now + leaseMs + 1_000;
			await this.gate(worker, `${label} ←`);
			if (trouble === 'store no answer') throw new TypeError('fetch failed');
			if ('error' in answer) throw answer.error;
			return answer.value;
		}, this.#planted);
	}

	/** The room's host as a worker has it: one storage and one alarm for all of them. */
	hostOf(worker: Worker): AlarmHost {
		const stored = new Map<string, unknown>([['identity', { workspace: 'w1', shard: 0 }]]);
		const call = async <T>(label: string, run: () => T): Promise<T> => {
			await this.gate(worker, `${label} →`);
			const value = run();
			await this.gate(worker, `${label} ←`);
			return value;
		};
		const storage = {
			get: async (key: string) => stored.get(key),
			put: async () => {},
			delete: async () => {},
			deleteAll: async () => {},
			list: async () => new Map(),
			sync: async () => {},
			getAlarm: async () => this.alarm,
			setAlarm: (at: number) => call('alarm', () => void (this.alarm = at - worker.skew)),
		};
		return { env, storage } as unknown as AlarmHost;
	}

	/** A worker waits for some ms: the schedule lets it on no sooner. */
	pauseOf(worker: Worker): (ms: number) => Promise<void> {
		return async (ms) => {
			worker.frozenUntil = Math.max(worker.frozenUntil, this.now + ms);
			await this.gate(worker, 'pause');
		};
	}

	/** Stops the worker here; a planned crash happens here. */
	async gate(worker: Worker, label: string): Promise<void> {
		const number = this.gates++;
		const { crash } = this.#case;
		if (crash) this.labels.push(label);
		if (crash?.at === number) {
			if (crash.what === 'die') return this.dies(worker);
			if (crash.what === 'freeze') worker.frozenUntil = this.now + 70_000;
		}
		await this.schedule.gate(worker);
		this.current = worker;
		if (crash?.at === number && crash.what === 'throw') throw new TypeError('fetch failed');
	}
}

/** Puts the world in the place of the machine's clock, chance, network and cryptography while `run` runs. */
export async function within<T>(world: World, run: () => Promise<T>): Promise<T> {
	const { fetch, console: { error: complain, log: say }, Date: { now }, Math: { random }, AbortSignal: { timeout }, Error: { stackTraceLimit } } = globalThis;
	const { digest, sign, importKey } = crypto.subtle;
	const { randomUUID } = crypto;
	const jitter = new Chance(Math.floor(world.fate.next() * 2 ** 32));
	let ids = 0;
	const never = new AbortController().signal;
	Object.assign(globalThis, { fetch: world.network });
	console.error = console.log = () => {};
	Date.now = () => world.now + (world.current?.skew ?? 0);
	Math.random = jitter.next;
	// Where an error came from is not asked here, and takes longer to find than all else about it.
	Error.stackTraceLimit = 0;
	AbortSignal.timeout = () => never;
	crypto.randomUUID = () => `${world.current!.name} ${++ids}` as ReturnType<typeof randomUUID>;
	// The engine's own hashes, at once: in a thread of their own they would come back in an order that no seed decides.
	Object.assign(crypto.subtle, { digest: async (_: unknown, data: BufferSource) => createHash('sha256').update(new Uint8Array(data as ArrayBuffer)).digest().buffer, sign: async () => new ArrayBuffer(32), importKey: async () => ({}) });
	try {
		return await run();
	} finally {
		Object.assign(globalThis, { fetch });
		[console.error, console.log] = [complain, say];
		Date.now = now;
		Math.random = random;
		Error.stackTraceLimit = stackTraceLimit;
		AbortSignal.timeout = timeout;
		crypto.randomUUID = randomUUID;
		Object.assign(crypto.subtle, { digest, sign, importKey });
	}
}
