/** The schedules of CI, in two files so that two cores share them. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';
import { proofOf } from './proof.ts';
import { Store } from './store.ts';
import { run } from './world.ts';

/** Schedules of one file, and in one test. */
const each = 260;
const atOnce = 20;

const asked = process.env['FUZZ_SEED'];
const minutes = Number(process.env['FUZZ_MINUTES'] ?? 0);

/** Declares the tests of one of the two halves. `npm run fuzz` gives it a seed, or minutes, instead. */
export function half(which: 0 | 1): void {
	describe('SY1, SY4, S3, S4, S11, S13, S14: whatever happens, nothing is lost', () => {
		let opened: Promise<Store> | null = null;
		const store = () => (opened ??= Store.open());

		if (asked !== undefined && minutes === 0) {
			it.runIf(which === 0)(`seed ${asked}`, async () => expect(await proofOf(await store(), Number(asked))).toBeNull(), 600_000);
			return;
		}
		if (minutes > 0) {
			const from = Number(asked ?? Math.floor(Math.random() * 1e8) * 10) + which * 5_000_000;
			it(`schedules from seed ${from}, for ${minutes} minutes`, async () => {
				const until = performance.now() + minutes * 60_000;
				let seed = from;
				for (; performance.now() < until; seed++) expect(await proofOf(await store(), seed)).toBeNull();
				console.log(`${seed - from} schedules held, seeds ${from} to ${seed - 1}`);
			}, (minutes + 10) * 60_000);
			return;
		}
		for (const { was, schedule } of found.filter((_, n) => n % 2 === which)) it(was, async () => expect((await run(schedule, await store())).broken).toEqual([]));
		for (let from = which * each; from < (which + 1) * each; from += atOnce)
			it(`seeds ${from} to ${from + atOnce - 1}`, async () => {
				for (let seed = from; seed < from + atOnce; seed++) expect(await proofOf(await store(), seed)).toBeNull();
				if (process.env['FUZZ_LOUD']) console.log(`${from} ${Math.round(process.cpuUsage().user / 1e6)} s`);
			});
	});
}
