/** A device for tests: its own IndexedDB, clock, chance, wake-ups and tabs. Timers are real unless a test passes its own. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { WebSocket } from 'ws';
import type { Channel, Environment, Locks, Socket } from '../../../src/lib/sync/environment.ts';

// The stores read it from the globals, as in a browser.
globalThis.IDBKeyRange = IDBKeyRange;

export type DeviceDouble = Environment & { wake: () => void; hide: () => void; tellNetwork: (isThere: boolean) => void; isLookedAt: boolean; kept: Map<string, string> };

export function deviceDouble(changes: Partial<Environment> = {}): DeviceDouble {
	const resumes = new Set<() => void>();
	const hides = new Set<() => void>();
	const kept = new Map<string, string>();
	const network = { isThere: true, listeners: new Set<() => void>() };
	const channels = new Map<string, Set<Channel>>();
	const device: DeviceDouble = {
		isLookedAt: true,
		kept,
		wake: () => resumes.forEach((run) => run()),
		hide: () => hides.forEach((run) => run()),
		fetch: () => Promise.reject(new TypeError('offline')),
		openSocket: (url) => {
			const socket = new WebSocket(url);
			return socket as unknown as Socket;
		},
		now: () => Date.now(),
		random: () => Math.random(),
		setTimeout: (run, ms) => setTimeout(run, ms),
		clearTimeout: (timer) => clearTimeout(timer),
		isVisible: () => device.isLookedAt,
		hasNetwork: () => network.isThere,
		onNetwork: (run) => (network.listeners.add(run), () => void network.listeners.delete(run)),
		tellNetwork: (isThere) => {
			network.isThere = isThere;
			network.listeners.forEach((run) => run());
		},
		onResume: (run) => (resumes.add(run), () => void resumes.delete(run)),
		onHide: (run) => (hides.add(run), () => void hides.delete(run)),
		indexedDB: new IDBFactory(),
		storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) },
		openChannel: (name) => {
			const others = channels.get(name) ?? new Set();
			channels.set(name, others);
			const channel: Channel = {
				onmessage: null,
				postMessage: (said) => {
					const data = structuredClone(said);
					others.forEach((other) => other !== channel && queueMicrotask(() => others.has(other) && other.onmessage?.({ data })));
				},
				close: () => void others.delete(channel),
			};
			others.add(channel);
			return channel;
		},
		isMetered: () => false,
		space: async () => ({ used: 1_000_000, quota: 1_000_000_000 }),
		locks: lockDouble(),
		onFrame: (run) => void setTimeout(run, 1),
		...changes,
	};
	return device;
}

/** Makes every write of a transaction fail as on a device that is full; reading and taking away go on. */
export function refuseWrites(transaction: IDBTransaction): void {
	const storeOf = transaction.objectStore.bind(transaction);
	const full = () => {
		throw new DOMException('The device is full', 'QuotaExceededError');
	};
	transaction.objectStore = (name) => Object.assign(storeOf(name), { add: full, put: full });
}

/** A device's storage that is full while `isFull`. */
export function fillable() {
	const factory = new IDBFactory();
	const device = { isFull: false, indexedDB: factory as unknown as globalThis.IDBFactory };
	const open = factory.open.bind(factory);
	factory.open = (...all) => {
		const request = open(...all);
		request.addEventListener('success', () => {
			const database = request.result as unknown as IDBDatabase;
			const begin = database.transaction.bind(database);
			database.transaction = (names: string | Iterable<string>, mode?: IDBTransactionMode) => {
				const transaction = begin(names, mode);
				if (mode === 'readwrite' && device.isFull) refuseWrites(transaction);
				return transaction;
			};
		});
		return request;
	};
	return device;
}

/** Locks as browsers have them: one holder by name, a line behind it, taken away by `steal`. */
export function lockDouble(): Locks {
	type Claim = { start: () => void };
	const lines = new Map<string, { claim: Claim; lose: (cause: unknown) => void }[]>();
	const waiting = new Map<string, Claim[]>();
	const next = (name: string) => {
		if ((lines.get(name) ?? []).length === 0) waiting.get(name)?.shift()?.start();
	};
	return {
		request: (name, { steal = false, signal }, held) =>
			new Promise((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason);
				const claim: Claim = {
					start: () => {
						const holder = { claim, lose: reject };
						lines.set(name, [...(lines.get(name) ?? []), holder]);
						const end = () => {
							lines.set(name, (lines.get(name) ?? []).filter((other) => other !== holder));
							next(name);
						};
						queueMicrotask(() => void held().then((value) => (end(), resolve(value)), (cause) => (end(), reject(cause))));
					},
				};
				if (steal) {
					for (const holder of lines.get(name) ?? []) holder.lose(new DOMException('stolen', 'AbortError'));
					lines.set(name, []);
					return claim.start();
				}
				waiting.set(name, [...(waiting.get(name) ?? []), claim]);
				signal?.addEventListener('abort', () => {
					const line = waiting.get(name) ?? [];
					if (!line.includes(claim)) return;
					waiting.set(name, line.filter((other) => other !== claim));
					reject(signal.reason);
				});
				next(name);
			}),
	};
}

export type TabDouble = Environment & { hang: () => void; goOn: () => void; kill: () => void; isLookedAt: boolean; sockets: Set<string> };

/** One tab of a device: shares its storage, channels and locks; can hang, go on, and die as a crashed tab does. */
export function tabDouble(device: DeviceDouble, changes: Partial<Environment> = {}): TabDouble {
	let isHanging = false;
	let isDead = false;
	let later: (() => void)[] = [];
	const ends: (() => void)[] = [];
	/** What happens to a tab happens when it is awake, and never when it is dead. */
	const awake =
		<T extends unknown[]>(run: (...all: T) => void) =>
		(...all: T) => {
			if (isDead) return;
			if (isHanging) later.push(() => awake(run)(...all));
			else run(...all);
		};
	const tab: TabDouble = {
		...device,
		isLookedAt: true,
		isVisible: () => tab.isLookedAt,
		sockets: new Set(),
		setTimeout: (run, ms) => device.setTimeout(awake(run), ms),
		fetch: (...all) => (isDead ? new Promise(() => {}) : (changes.fetch ?? device.fetch)(...all)),
		openChannel: (name) => {
			const channel = device.openChannel(name)!;
			ends.push(() => channel.close());
			return {
				set onmessage(listen: Channel['onmessage']) {
					channel.onmessage = listen && awake(listen);
				},
				get onmessage() {
					return channel.onmessage;
				},
				postMessage: (message) => isDead || channel.postMessage(message),
				close: () => channel.close(),
			};
		},
		locks: {
			request: (name, options, held) =>
				device.locks!.request(name, options, () => {
					const kept = isDead ? Promise.resolve() : held();
					return Promise.race([kept, new Promise<void>((resolve) => ends.push(resolve))]);
				}),
		},
		openSocket: (url) => {
			const socket = device.openSocket(url);
			tab.sockets.add(url);
			ends.push(() => socket.close());
			return socket;
		},
		hang: () => (isHanging = true),
		goOn: () => {
			isHanging = false;
			for (const run of later.splice(0)) run();
		},
		kill: () => {
			isDead = true;
			later = [];
			for (const end of ends) end();
		},
	};
	return tab;
}

/** Waits until `holds`, looking every few milliseconds; throws with what it waited for. By default as long as a slow, loaded machine may need: what is promised faster says so itself. */
export async function until(what: string, holds: () => unknown, ms = 60_000): Promise<void> {
	const end = Date.now() + ms;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Timers that run only when a test lets time pass. */
export function handTime() {
	let at = 1_000_000;
	const timers = new Map<number, { due: number; run: () => void }>();
	let next = 1;
	return {
		now: () => at,
		setTimeout: (run: () => void, ms: number) => (timers.set(next, { due: at + ms, run }), next++),
		clearTimeout: (timer: any) => void timers.delete(timer),
		/** How long until the next timer, in ms; null when none runs. */
		nextIn: () => (timers.size === 0 ? null : Math.min(...[...timers.values()].map((timer) => timer.due)) - at),
		pass: async (ms: number) => {
			const end = at + ms;
			for (;;) {
				const due = [...timers].filter(([, timer]) => timer.due <= end).sort((a, b) => a[1].due - b[1].due)[0];
				if (!due) break;
				timers.delete(due[0]);
				at = due[1].due;
				due[1].run();
				await Promise.resolve();
			}
			at = end;
		},
	};
}
