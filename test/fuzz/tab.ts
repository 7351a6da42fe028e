/* eslint-disable no-restricted-syntax -- IndexedDB knows nothing but transactions; R4 is about the store */
/** Devices and their tabs: the real lib/sync over an IndexedDB, a network and a clock that a world has in its hands. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import * as Y from 'yjs';
import { Device } from '../../src/lib/sync/device.svelte.ts';
import type { Channel, Environment } from '../../src/lib/sync/environment.ts';
import type { OpenDocument } from '../../src/lib/sync/open-document.svelte.ts';
import { refuseWrites } from '../lib/sync/device-double.ts';
import { below, type Chance } from './chance.ts';
import type { App } from './app.ts';
import type { Clock } from './clock.ts';
import { DeviceLocks } from './locks.ts';
import type { House } from './house.ts';
import type { Network } from './network.ts';
import { Line, type Cut } from './wire.ts';

// The stores read it from the globals, as in a browser.
globalThis.IDBKeyRange = IDBKeyRange;

export type Around = { clock: Clock; chance: Chance; network: Network; house: House; app: App; frame: (data: string | Uint8Array) => string | Uint8Array };

/** A person's device: what it keeps outlives its tabs. */
export class Gadget {
	readonly name: string;
	readonly user: string;
	readonly around: Around;
	readonly factory = new IDBFactory();
	readonly kept = new Map<string, string>();
	readonly channels = new Map<string, Set<Channel>>();
	readonly locks: DeviceLocks;
	tabs: Tab[] = [];
	isOnline = true;
	isFull = false;
	/** How far its clock is ahead, in ms. */
	skew = 0;

	constructor(name: string, user: string, around: Around) {
		this.name = name;
		this.user = user;
		this.around = around;
		this.locks = new DeviceLocks(around.clock);
	}

	/** Everything of a document that is in its storage, read past the app. */
	async stored(doc: string): Promise<Y.Doc> {
		const found = new Y.Doc();
		for (const { name } of await this.factory.databases()) {
			if (!name?.startsWith('cuebook:documents:')) continue;
			const database = await new Promise<IDBDatabase>((resolve, reject) => {
				const request = this.factory.open(name);
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
			if (database.objectStoreNames.contains('updates')) {
				const rows = await new Promise<{ doc: string; update: Uint8Array }[]>((resolve, reject) => {
					const request = database.transaction(['updates']).objectStore('updates').getAll();
					request.onsuccess = () => resolve(request.result);
					request.onerror = () => reject(request.error);
				});
				for (const row of rows) if (row.doc === doc) Y.applyUpdate(found, row.update);
			}
			database.close();
		}
		return found;
	}
}

/** An edit made in a tab, as the update it was. */
export type Made = {
	tab: Tab;
	doc: string;
	update: Uint8Array;
	at: number;
	what: string;
	wasPersisted: boolean;
};

export class Tab {
	readonly gadget: Gadget;
	readonly device: Device;
	readonly open = new Map<string, OpenDocument>();
	isDead = false;
	isVisible = true;
	#lines = new Set<Line>();
	#resumes = new Set<() => void>();
	#channels: (() => void)[] = [];
	#transactions = new Set<IDBTransaction>();
	#databases = new Set<IDBDatabase>();

	constructor(gadget: Gadget) {
		this.gadget = gadget;
		gadget.tabs.push(this);
		this.isVisible = gadget.around.chance() < 0.5;
		this.device = new Device(this.#environment());
		void this.device.session.load();
	}

	/** Opens a document as a page does; null while nobody is signed in here. */
	document(id: string): OpenDocument | null {
		if (this.device.place === null) return null;
		const found = this.open.get(id);
		if (found && this.device.place.documents.open.includes(found)) return found;
		const opened = this.device.documents.openDocument(id);
		this.open.set(id, opened);
		return opened;
	}

	leave(id: string): void {
		this.open.get(id)?.close();
		this.open.delete(id);
	}

	/** The documents of this tab that are held open, by pages or because something waits. */
	get held(): readonly OpenDocument[] {
		return this.device.place?.documents.open ?? [];
	}

	wake(): void {
		for (const run of [...this.#resumes]) run();
	}

	cut(how: Cut): void {
		for (const line of this.#lines) line.cut(how);
	}

	/** The process is gone: nothing of it runs on, what it had not committed is not kept. */
	kill(): void {
		this.isDead = true;
		this.gadget.tabs = this.gadget.tabs.filter((other) => other !== this);
		for (const line of this.#lines) line.vanish();
		for (const transaction of this.#transactions) {
			try {
				transaction.abort();
			} catch {
				// It had ended.
			}
		}
		for (const database of this.#databases) database.close();
		for (const close of this.#channels) close();
		this.#resumes.clear();
		this.gadget.locks.letGo(this);
	}

	/** The browser closes the connections in the background (S17). */
	closeStorage(): void {
		for (const database of [...this.#databases]) {
			this.#databases.delete(database);
			database.close();
			database.onclose?.(new Event('close'));
		}
	}

	#environment(): Environment {
		const { gadget } = this;
		const { clock, network, app, house, chance } = gadget.around;
		const alive = (run: () => void) => () => void (this.isDead || run());
		return {
			fetch: (input, init) => {
				if (this.isDead) return new Promise(() => {});
				if (!gadget.isOnline) return Promise.reject(new TypeError('offline'));
				network.hosts.set(`${gadget.name}.app`, (request) => app.serve(gadget.user, request));
				return network.fetch(new URL(input, `http://${gadget.name}.app`), init).then((response) => (gadget.isOnline ? response : Promise.reject(new TypeError('offline'))));
			},
			openSocket: (url) => {
				const room = gadget.isOnline ? house.of(url) : { connect: () => new Promise<void>(() => {}), message: () => {}, close: () => {} };
				const { frame } = gadget.around;
				const line = new Line(url, { connect: (socket, at) => room.connect(socket, at), message: (socket, data) => room.message(socket, frame(data)), close: (socket) => room.close(socket) }, clock, chance);
				this.#lines.add(line);
				if (!gadget.isOnline || this.isDead) line.cut('clean');
				for (const old of this.#lines) if (old.isOver) this.#lines.delete(old);
				return line.client;
			},
			now: () => clock.now + gadget.skew,
			random: chance,
			setTimeout: (run, ms) => clock.after(ms, alive(run)),
			clearTimeout: (timer) => clock.cancel(timer),
			isVisible: () => this.isVisible,
			hasNetwork: () => gadget.isOnline,
			onNetwork: () => () => {},
			onResume: (run) => (this.#resumes.add(run), () => void this.#resumes.delete(run)),
			onHide: () => () => {},
			indexedDB: this.#storage(),
			storage: { getItem: (key) => gadget.kept.get(key) ?? null, setItem: (key, value) => void (this.isDead || gadget.kept.set(key, value)), removeItem: (key) => void (this.isDead || gadget.kept.delete(key)) },
			openChannel: (name) => this.#channel(name),
			isMetered: () => false,
			space: async () => null,
			locks: { request: (name, options, held) => gadget.locks.request(this, name, options, held) },
			onFrame: (run) => void clock.after(16, alive(run)),
		};
	}

	#channel(name: string): Channel {
		const all = this.gadget.channels.get(name) ?? new Set();
		this.gadget.channels.set(name, all);
		const { clock, chance } = this.gadget.around;
		// What one tab says is heard in its order.
		let last = 0;
		const channel: Channel = {
			onmessage: null,
			postMessage: (message) => {
				if (this.isDead) return;
				const data = structuredClone(message);
				last = Math.max(last, clock.now + below(chance, 4));
				for (const other of all) if (other !== channel) clock.after(last - clock.now, () => all.has(other) && other.onmessage?.({ data }));
			},
			close: () => void all.delete(channel),
		};
		all.add(channel);
		this.#channels.push(() => channel.close());
		return channel;
	}

	/** The device's storage as this tab sees it: it refuses when it is full, and is out of reach of the dead. */
	#storage(): IDBFactory {
		const { factory } = this.gadget;
		const refused = () => {
			throw new DOMException('The tab is gone', 'InvalidStateError');
		};
		return {
			open: (name: string, version?: number) => {
				if (this.isDead) refused();
				const request = factory.open(name, version);
				request.addEventListener('success', () => this.#watch(request.result));
				return request;
			},
			deleteDatabase: (name: string) => (this.isDead ? refused() : factory.deleteDatabase(name)),
			databases: () => factory.databases(),
			cmp: (a: unknown, b: unknown) => factory.cmp(a, b),
		} as IDBFactory;
	}

	#watch(database: IDBDatabase): void {
		this.#databases.add(database);
		if (this.isDead) return database.close();
		const begin = database.transaction.bind(database);
		database.transaction = (names: string | Iterable<string>, mode?: IDBTransactionMode) => {
			if (this.isDead) throw new DOMException('The tab is gone', 'InvalidStateError');
			const transaction = begin(names, mode);
			this.#transactions.add(transaction);
			for (const end of ['complete', 'abort']) transaction.addEventListener(end, () => this.#transactions.delete(transaction));
			if (mode === 'readwrite' && this.gadget.isFull) refuseWrites(transaction);
			return transaction;
		};
	}
}
