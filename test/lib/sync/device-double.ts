/** A device for tests: its own IndexedDB, clock, chance, wake-ups and tabs. Timers are real unless a test passes its own. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { WebSocket } from 'ws';
import type { Channel, Environment, Socket } from '../../../src/lib/sync/environment.ts';

// The stores read it from the globals, as in a browser.
globalThis.IDBKeyRange = IDBKeyRange;

export type DeviceDouble = Environment & { wake: () => void; isLookedAt: boolean; kept: Map<string, string> };

export function deviceDouble(changes: Partial<Environment> = {}): DeviceDouble {
	const resumes = new Set<() => void>();
	const kept = new Map<string, string>();
	const channels = new Map<string, Set<Channel>>();
	const device: DeviceDouble = {
		isLookedAt: true,
		kept,
		wake: () => resumes.forEach((run) => run()),
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
		onResume: (run) => (resumes.add(run), () => void resumes.delete(run)),
		indexedDB: new IDBFactory(),
		storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) },
		openChannel: (name) => {
			const others = channels.get(name) ?? new Set();
			channels.set(name, others);
			const channel: Channel = {
				onmessage: null,
				postMessage: (data) => others.forEach((other) => other !== channel && queueMicrotask(() => other.onmessage?.({ data }))),
				close: () => void others.delete(channel),
			};
			others.add(channel);
			return channel;
		},
		isMetered: () => false,
		space: async () => ({ used: 1_000_000, quota: 1_000_000_000 }),
		onFrame: (run) => void setTimeout(run, 1),
		...changes,
	};
	return device;
}

/** Waits until `holds`, looking every few milliseconds; throws with what it waited for. */
export async function until(what: string, holds: () => unknown, ms = 5_000): Promise<void> {
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
