/** Does the fuzz see anything? Mistakes are planted beside the product, one at a time; each must be noticed within a few schedules. */
import './chance.ts';
import { describe, expect, it } from 'vitest';
import { Dirty } from '#party/dirty.ts';
import { Link } from '#party/link.ts';
import { Links } from '#party/links.ts';
import { Log } from '#party/log.ts';
import { DeviceStore } from '../../src/lib/sync/device-store.ts';
import { Waiting } from '../../src/lib/sync/waiting.svelte.ts';
import { scheduleOf } from './schedule.ts';
import { Store } from './store.ts';
import { run, type Planted } from './world.ts';

/** Puts another method in a class' place; returns how to put the old one back. */
function replaced<T extends object, K extends keyof T>(prototype: T, method: K, by: (old: any) => any): () => void {
	const old = prototype[method];
	prototype[method] = by(old);
	return () => void (prototype[method] = old);
}

const [first, within] = [1_200, 80];

const mistakes: Record<string, Planted> = {
	'the room acknowledges before it has written (S4)': {
		patch: () =>
			replaced(Links.prototype, 'owed', (old) => function (this: Links, doc: never) {
				old.call(this, doc)();
				return () => {};
			}),
	},
	'the room acknowledges one frame too many (S4)': {
		patch: () => replaced(Link.prototype, 'acknowledge', (old) => function (this: Link, vector: Uint8Array, frames: number) {
			return old.call(this, vector, frames + 1);
		}),
	},
	'a write that failed is swallowed (S4)': {
		patch: () => replaced(Log.prototype, 'append', (old) => function (this: Log, ...args: unknown[]) {
			return old.apply(this, args).catch(() => {});
		}),
	},
	'a device that comes back does not send what the room lacks (S16)': {
		// An empty step 2 in the place of the first answer.
		frame: (data) => (typeof data !== 'string' && data[0] === 0 && data[1] === 1 ? new Uint8Array([0, 1, 2, 0, 0]) : data),
	},
	'a tab keeps its edits to itself for two seconds before the device has them (S16)': {
		patch: () => replaced(DeviceStore.prototype, 'append', (old) => function (this: DeviceStore, ...args: unknown[]) {
			setTimeout(() => old.apply(this, args), 2_000);
		}),
	},
	'an edit is said to wait on the device before it is there (SY4)': {
		patch: () => {
			const own = Object.getOwnPropertyDescriptor(Waiting.prototype, 'isStored')!;
			Object.defineProperty(Waiting.prototype, 'isStored', { ...own, get: () => true });
			return () => void Object.defineProperty(Waiting.prototype, 'isStored', own);
		},
	},
	'rows are projected without their guard (S11)': { sql: (text) => text.replaceAll("ELSE json('lost') END", 'ELSE 1 END') },
	'nobody remembers a document that could not publish (S14)': { patch: () => replaced(Dirty.prototype, 'note', () => async () => {}) },
	'rows that are gone get no tombstone (S13)': { sql: (text) => text.replaceAll('SET deleted_at = :at', 'SET deleted_at = CASE WHEN :at IS NULL THEN 1 END') },
};

describe('the fuzz notices', () => {
	let opened: Promise<Store> | null = null;
	it.each(Object.entries(mistakes))('%s', async (_, planted) => {
		const store = await (opened ??= Store.open());
		let found: { seed: number; broken: string[] } | null = null;
		for (let seed = first; seed < first + within && found === null; seed++) {
			const { broken } = await run(scheduleOf(seed), store, planted);
			if (broken.length > 0) found = { seed, broken };
		}
		// It is the mistake that is noticed: without it, the same schedule holds.
		if (found) expect((await run(scheduleOf(found.seed), store)).broken).toEqual([]);
		expect(found, `within ${within} schedules`).not.toBeNull();
		console.log(`noticed at seed ${found!.seed}, the ${found!.seed - first + 1}th: ${found!.broken[0]!.slice(0, 160)}`);
	});
});
