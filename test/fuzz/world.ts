/** One world: people with devices, their rooms, the app and the store, through a schedule and back to rest; then what must hold is asked. */
import { hmacWith, sign, signatureHeader } from '#domain/access/signature.ts';
import * as Y from 'yjs';
import { App, secret, settings, workspaceId } from './app.ts';
import { below, pick, seeded, useChance, type Chance } from './chance.ts';
import { Clock } from './clock.ts';
import { act, seedFor, type typeNames, updatesOf } from './hands.ts';
import { House, realRooms, type RoomClasses } from './house.ts';
import { check, checkPublished, checkStatus } from './invariants.ts';
import { lightBodies } from './light.ts';
import { Network, type Fault } from './network.ts';
import type { Operation, Schedule } from './schedule.ts';
import { Store } from './store.ts';
import { Gadget, Tab, type Made } from './tab.ts';
import type { Cut } from './wire.ts';

/** What a test puts in the place of the product, to see that it is noticed. */
export type Planted = { rooms?: Partial<RoomClasses>; patch?: () => () => void; sql?: (text: string) => string; frame?: (data: string | Uint8Array) => string | Uint8Array };

const hmac = hmacWith(crypto.subtle, new TextEncoder());

export class World {
	readonly clock = new Clock();
	readonly chance: Chance;
	readonly network: Network;
	readonly house: House;
	readonly app: App;
	readonly store: Store;
	readonly people: string[];
	readonly gadgets: Gadget[] = [];
	readonly docs: string[] = [];
	readonly made: Made[] = [];
	/** Commands sent: id → what became of it, null while nothing. */
	readonly sent = new Map<string, { type: string; args: any; outcome: any; tab: Tab }>();
	/** Commands that somebody asked to take back. */
	readonly takenBack = new Set<string>();
	/** Everyone who was ever given less than the right to edit. */
	readonly demoted = new Set<string>();
	readonly hasLists: boolean;
	readonly frame: (data: string | Uint8Array) => string | Uint8Array;
	readonly broken: string[] = [];
	readonly counts: Record<string, number> = {};
	#ids = 0;

	constructor(schedule: Schedule, store: Store, planted: Planted) {
		this.chance = seeded(schedule.seed ^ 0x5eed);
		this.store = store;
		this.network = new Network(this.clock, this.chance);
		const env = { ROOMS_URL: settings.ROOMS_URL, ROOMS_SECRET: secret, LIBSQL_URL: settings.LIBSQL_URL, RESEND_URL: settings.RESEND_URL };
		this.house = new House({ clock: this.clock, chance: this.chance, env, classes: { ...realRooms, ...planted.rooms }, broken: (what, error) => this.say(what, error) });
		this.app = new App(this.network, schedule.hasLists);
		this.hasLists = schedule.hasLists;
		this.network.hosts.set('rooms', this.house.serve);
		this.network.hosts.set('db', (request) => store.direct(request));
		store.rewrite = planted.sql ?? ((text) => text);
		this.frame = planted.frame ?? ((data) => data);
		this.people = Array.from({ length: schedule.people }, (_, n) => `person${n}`);
	}

	say(what: string, error?: unknown): void {
		if (this.broken.length < 20) this.broken.push(error === undefined ? what : `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	}

	get tabs(): Tab[] {
		return this.gadgets.flatMap((gadget) => gadget.tabs);
	}

	readonly fresh = (prefix = 'x'): string => `${prefix}_${(++this.#ids).toString(36).padStart(20, '0')}`;

	async begin({ gadgets, types }: Schedule): Promise<void> {
		await this.store.clear();
		await App.found(this.store.database, this.people);
		for (const name of types as (typeof typeNames)[number][]) {
			const id = this.fresh(name);
			const made = await this.call('document', id, 'create', { workspace: workspaceId, type: name, args: seedFor(name, this.chance, { known: this.people, fresh: this.fresh }), actor: { kind: 'user', id: 'boss' } });
			if (!made.ok) throw new Error(`no ${name} could be made: ${await made.text()}`);
			await this.call('document', id, 'publish', {});
			this.docs.push(id);
		}
		for (let n = 0; n < gadgets; n++) {
			const gadget = new Gadget(`device${n}`, this.people[n % this.people.length]!, this);
			this.gadgets.push(gadget);
			new Tab(gadget);
		}
		await this.clock.pass(1_500);
		for (const tab of this.tabs) for (const id of this.docs) tab.document(id);
		await this.clock.pass(1_500);
	}

	/** A signed call of the app, past all faults. */
	async call(party: string, room: string, verb: string, body: unknown): Promise<Response> {
		const path = `/parties/${party}/${room}/${verb}`;
		const text = JSON.stringify(body);
		const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body: text }) };
		let answer: Response | null = null;
		this.house.serve(new Request(`http://rooms${path}`, { method: 'POST', body: text, headers })).then(
			(response) => (answer = response),
			() => (answer = new Response(null, { status: 502 })),
		);
		for (let n = 0; answer === null && n < 400; n++) await this.clock.pass(25);
		return answer ?? new Response(null, { status: 504 });
	}

	async apply(operation: Operation): Promise<void> {
		const chance = seeded(operation.r);
		const gadget = this.gadgets[operation.who % this.gadgets.length]!;
		const tab = gadget.tabs.length > 0 ? pick(chance, gadget.tabs) : null;
		const doc = this.docs[operation.doc % this.docs.length]!;
		const room = this.house.at('document', doc);
		switch (operation.what) {
			case 'edit':
				return tab ? this.#edit(tab, doc, chance) : undefined;
			case 'burst':
				for (let n = 2 + below(chance, 8); tab && n > 0; n--) this.#edit(tab, doc, chance);
				return;
			case 'open':
				return void tab?.document(doc);
			case 'leave':
				return tab?.leave(doc);
			case 'other-tab':
				if (gadget.tabs.length < 2) for (const id of (new Tab(gadget), this.docs)) gadget.tabs.at(-1)!.document(id);
				return;
			case 'command':
				return tab ? this.#command(tab, chance) : undefined;
			case 'server-edit': {
				const body = { key: `key-${operation.r}`, edits: [{ edit: 'set-field', args: { field: 'name', value: `server ${operation.r}` } }], actor: { kind: 'system', id: 'fuzz' } };
				for (let n = 0; n < 3; n++) if ((await this.call('document', doc, 'edit', body)).status < 500) return;
				return;
			}
			case 'offline':
				gadget.isOnline = false;
				for (const one of gadget.tabs) one.cut(pick<Cut>(chance, ['clean', 'mid-frame', 'half-open']));
				return;
			case 'online':
				gadget.isOnline = true;
				for (const one of gadget.tabs) one.wake();
				return;
			case 'cut':
				return tab?.cut(pick<Cut>(chance, ['clean', 'mid-frame', 'half-open', 'deaf']));
			case 'wake':
				return tab?.wake();
			case 'hide':
				if (tab) tab.isVisible = !tab.isVisible;
				return;
			case 'kill-tab': {
				if (!tab) return;
				const comesBack = chance() < 0.7;
				// Often in the very moment of an edit.
				if (chance() < 0.5) this.#edit(tab, doc, chance);
				return this.#killTab(tab, comesBack);
			}
			case 'device-full':
				return void (gadget.isFull = true);
			case 'device-well':
				return void (gadget.isFull = false);
			case 'close-storage':
				return tab?.closeStorage();
			case 'device-clock':
				return void (gadget.skew = below(chance, 7_200_000) - 3_600_000);
			case 'kill-room':
				return pick(chance, [room, room, this.house.at('workspace', workspaceId), this.house.at('automation', `${workspaceId}_0`)]).kill();
			case 'sleep-room':
				return void room.sleep();
			case 'two-rooms':
				// Between a write and its publishing, where it hurts.
				if (tab) this.#edit(tab, doc, chance);
				await this.clock.pass(60 + below(chance, 300));
				return room.cutOff(below(chance, 9_000), 5_000 + below(chance, 35_000));
			case 'all-leave':
				return tab ? this.#allLeave(tab, doc, chance) : undefined;
			case 'disk-fails':
				return void (room.disk.fault = pick(chance, ['put', 'sync', 'list'] as const));
			case 'disk-well':
				for (const one of this.house.all) one.disk.fault = null;
				return;
			case 'room-clock':
				this.house.skew = below(chance, 20_000) - 10_000;
				return void (this.app.owner.skew = below(chance, 10_000) - 5_000);
			case 'store-fails':
				return void this.network.faults.set('db', { left: 1 + below(chance, 6), how: pick<Fault>(chance, ['lost', 'answer-lost', 'busy']) });
			case 'rooms-fail':
				return void this.network.faults.set('rooms', { left: 1 + below(chance, 4), how: pick<Fault>(chance, ['lost', 'answer-lost']) });
			case 'role':
				return this.#decide({ type: 'change-role', args: { userId: pick(chance, this.people), role: pick(chance, ['reader', 'csm', 'csm', 'administrator']) } });
			case 'remove':
				return this.people.length > 1 ? this.#decide({ type: 'remove-person', args: { userId: this.people.at(-1) } }) : undefined;
			case 'later':
				return this.clock.pass(3_000 + below(chance, 15_000));
			case 'token-late':
				// A phone that slept between the token and the socket: the token is too old by then.
				return this.clock.pass(130_000);
		}
	}

	/** All faults end, everyone comes back, and time passes until nothing moves. */
	async rest(): Promise<void> {
		this.network.faults.clear();
		for (const room of this.house.all) room.disk.fault = null;
		for (const gadget of this.gadgets) {
			gadget.isOnline = true;
			gadget.isFull = false;
			if (gadget.tabs.length === 0) new Tab(gadget);
			for (const tab of gadget.tabs) {
				tab.isVisible = true;
				tab.cut('clean');
				void tab.device.session.load();
				tab.wake();
			}
		}
		await this.clock.pass(5_000);
		for (const tab of this.tabs) for (const id of this.docs) tab.document(id);
		for (let n = 0; n < 24; n++) {
			await this.clock.pass(5_000);
			if (n >= 1 && this.#isQuiet()) break;
		}
		// What the rooms publish at the sweep's pace (S14), and the mirror after it.
		for (const tab of this.tabs) tab.isVisible = false;
		await this.clock.pass(75_000);
		if (this.hasLists) {
			for (const tab of this.tabs) void tab.device.place?.mirror.pull();
			await this.clock.pass(5_000);
		}
	}

	/**
	 * Somebody writes while libSQL can't be reached, then all are gone and the room sleeps or dies with what it owes: nobody but the sweep
	 * wakes it, and then it is published (S14).
	 */
	async #allLeave(tab: Tab, doc: string, chance: Chance): Promise<void> {
		const room = this.house.at('document', doc);
		const online = this.gadgets.filter(({ isOnline }) => isOnline);
		this.network.faults.clear();
		for (const one of this.house.all) one.disk.fault = null;
		await this.clock.pass(1_000);
		this.network.faults.set('db', { left: Infinity, how: 'lost' });
		const before = this.made.length;
		this.#edit(tab, doc, chance);
		const made = this.made.slice(before);
		await this.clock.pass(pick(chance, [250, 600, 5_000]));
		for (const gadget of this.gadgets) {
			gadget.isOnline = false;
			for (const one of gadget.tabs) one.cut('clean');
		}
		await this.clock.pass(3_500);
		if (!room.sleep()) room.kill();
		this.network.faults.clear();
		await this.clock.pass(45_000);
		const onDisk = Y.snapshot(room.disk.content);
		if (made.some(({ update }) => Y.snapshotContainsUpdate(onDisk, update))) await checkPublished(this, doc);
		for (const gadget of online) {
			gadget.isOnline = true;
			for (const one of gadget.tabs) one.wake();
		}
	}

	#isQuiet(): boolean {
		return this.tabs.every((tab) => tab.device.place === null || (tab.device.place.queue.waiting.length === 0 && tab.held.every(({ status }) => status.state === 'synced' || (status.state === 'cannot' && status.reason === 'no-right'))));
	}

	#edit(tab: Tab, doc: string, chance: Chance): void {
		const document = tab.document(doc);
		if (!document) return;
		let what: string | null = null;
		const updates = updatesOf(document.doc, () => (what = act(document, chance, { known: [...this.people, 'tag_one', 'tag_two', 'champion'], fresh: this.fresh })));
		if (updates.length > 0) this.counts[doc.slice(0, doc.indexOf('_'))] = (this.counts[doc.slice(0, doc.indexOf('_'))] ?? 0) + 1;
		for (const update of updates) this.made.push({ tab, doc, update, at: this.clock.now, what: what ?? '?', wasPersisted: false });
	}

	#command(tab: Tab, chance: Chance): void {
		const { place } = tab.device;
		if (place === null) return;
		if (place.queue.waiting.length > 0 && chance() < 0.4) {
			const { id } = pick(chance, place.queue.waiting);
			this.takenBack.add(id);
			return void place.queue.cancel(id);
		}
		const id = this.fresh('task');
		const customer = this.docs.find((doc) => doc.startsWith('customer_')) ?? null;
		const open = [...this.sent.values()].filter(({ type }) => type === 'create-task');
		const [type, args] = pick<[string, any]>(chance, [
			['create-task', { id, title: `Task ${id}`, customerId: customer }],
			...(customer === null ? [] : [['log-interaction', { id: this.fresh('interaction'), customerId: customer, type: 'note', title: 'Noted', at: Date.UTC(2026, 10, 1) }] as [string, any]]),
			...(open.length > 0 ? [['complete-task', { taskId: pick(chance, open).args.id }] as [string, any]] : []),
		]);
		const sent = place.queue.send(type, args);
		const record = { type, args, outcome: null as any, tab };
		this.sent.set(sent.id, record);
		void sent.outcome.then((outcome) => (record.outcome = outcome));
	}

	/** The administrator decides something, in the app itself. */
	async #decide({ type, args }: { type: string; args: any }): Promise<void> {
		if (type === 'remove-person' || args.role === 'reader') this.demoted.add(args.userId);
		const request = () => new Request('http://app/api/commands', { method: 'POST', body: JSON.stringify({ id: `command_${id}`, type, args }) });
		const id = this.fresh('c');
		for (let n = 0; n < 6; n++) {
			let status = 0;
			void this.app.serve('boss', request()).then((response) => (status = response.status));
			for (let m = 0; status === 0 && m < 100; m++) await this.clock.pass(50);
			if (status === 200) return;
		}
	}

	/** What a tab said is on the device must be there (or in the room), and all that it had in memory for a while, without saying that the device can't keep it. */
	async #killTab(tab: Tab, comesBack: boolean): Promise<void> {
		const said = new Set(tab.held.filter(({ isStored }) => isStored).map(({ id }) => id));
		const hadProblem = tab.held.some(({ status }) => status.reason?.startsWith('storage') || status.reason === 'no-storage') || tab.gadget.isFull;
		tab.kill();
		const mine = this.made.filter((made) => made.tab === tab && !made.wasPersisted);
		for (const doc of new Set(mine.map((made) => made.doc))) {
			const stored = Y.snapshot(await this.quick(tab.gadget.stored(doc)));
			// Who was taken out has left nothing behind of what the room keeps.
			const onDisk = Y.snapshot(this.house.at('document', doc).disk.content);
			for (const made of mine.filter((one) => one.doc === doc)) {
				made.wasPersisted = Y.snapshotContainsUpdate(stored, made.update);
				const isKept = made.wasPersisted || (this.demoted.has(tab.gadget.user) && Y.snapshotContainsUpdate(onDisk, made.update));
				if (!isKept && !hadProblem && said.has(doc) && !Y.snapshotContainsUpdate(onDisk, made.update)) this.say(`SY4: ${tab.gadget.name} did not say ‘saving’, and lost ‘${made.what}’ in ${doc}, made ${this.clock.now - made.at} ms before its tab died`);
				else if (!isKept && !hadProblem && this.clock.now - made.at > 250) this.say(`S16: ${tab.gadget.name} lost ‘${made.what}’ in ${doc}, made ${this.clock.now - made.at} ms before its tab died`);
			}
		}
		if (comesBack) for (const id of (new Tab(tab.gadget), this.docs)) tab.gadget.tabs.at(-1)?.document(id);
	}

	/** Something of the harness itself, which takes none of the world's time. */
	async quick<T>(work: Promise<T>): Promise<T> {
		let done = false;
		work.then(() => (done = true), () => (done = true));
		for (let n = 0; !done && n < 500; n++) await this.clock.pass(0);
		if (!done) for (let n = 0; !done && n < 200; n++) await this.clock.pass(5);
		return work;
	}
}

/** Runs a schedule; returns what was broken, nothing when all held. */
export async function run(schedule: Schedule, store: Store, planted: Planted = {}): Promise<{ broken: string[]; world: World }> {
	const said = { warn: console.warn, error: console.error, fetch: globalThis.fetch };
	console.warn = console.error = () => {};
	useChance(seeded(schedule.seed));
	const world = new World(schedule, store, planted);
	globalThis.fetch = world.network.fetch as typeof fetch;
	const given = [world.clock.install(), lightBodies()];
	const unpatch = planted.patch?.() ?? (() => {});
	const rejected = (error: unknown) => world.say('an unhandled rejection', error);
	process.on('unhandledRejection', rejected);
	try {
		await world.begin(schedule);
		for (const operation of schedule.operations) {
			await world.clock.pass(operation.after);
			await world.apply(operation);
			checkStatus(world);
			if (world.broken.length > 0) break;
		}
		if (world.broken.length === 0) {
			await world.rest();
			await check(world);
		}
	} catch (error) {
		world.say('the world itself threw', error);
	} finally {
		for (const tab of world.tabs) tab.kill();
		for (const room of world.house.all) room.kill();
		process.off('unhandledRejection', rejected);
		unpatch();
		store.rewrite = (text) => text;
		for (const giveBack of given) giveBack();
		globalThis.fetch = said.fetch;
		Object.assign(console, { warn: said.warn, error: said.error });
		useChance(null);
	}
	return { broken: world.broken, world };
}

/** Leaves operations out while what is left still breaks: halves first, then one by one. */
export async function shrunk(schedule: Schedule, breaks: (schedule: Schedule) => Promise<boolean>, budget = 120): Promise<Schedule> {
	let best = schedule;
	for (let size = Math.ceil(best.operations.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
		for (let at = 0; at < best.operations.length && budget > 0; ) {
			const tried = { ...best, operations: [...best.operations.slice(0, at), ...best.operations.slice(at + size)] };
			budget--;
			if (await breaks(tried)) best = tried;
			else at += size;
		}
	}
	return best;
}

