/** The simulations of CI, in two files so that two cores share them. */
import { describe, expect, it } from 'vitest';
import { proofOf } from './proof.ts';
import { seeds } from './seeds.ts';

/** Seeds of one file, and in one test. */
const each = 5_000;
const atOnce = 100;

const asked = process.env['SIMULATE_SEED'];
const schedules = Number(process.env['SIMULATE_SCHEDULES'] ?? 0);

/** Declares the tests of one of the two halves. `npm run simulate` gives it a seed, or a number of schedules, instead. */
export function half(which: 0 | 1): void {
	describe('R1–R20: nothing lost, nothing twice, whatever happens', () => {
		const holds = async (from: number, to: number) => {
			for (let seed = from; seed < to; seed++) expect(await proofOf({ seed })).toBeNull();
		};
		if (asked !== undefined && schedules === 0) {
			it.runIf(which === 0)(`seed ${asked}`, () => holds(Number(asked), Number(asked) + 1), 600_000);
			return;
		}
		if (schedules > 0) {
			const count = Math.ceil(schedules / 2);
			const from = Number(asked ?? Math.floor(Math.random() * 1e9)) + which * count;
			it(`seeds ${from} to ${from + count - 1}`, async () => {
				await holds(from, from + count);
				console.log(`${count} schedules held, seeds ${from} to ${from + count - 1}`);
			}, 3_600_000 + count * 1_000);
			return;
		}
		for (const { case: one, was } of seeds.filter((_, n) => n % 2 === which)) it(`seed ${one.seed}: ${was}`, async () => expect(await proofOf(one)).toBeNull());
		for (let from = which * each; from < (which + 1) * each; from += atOnce) it(`seeds ${from} to ${from + atOnce - 1}`, () => holds(from, from + atOnce));
	});
}
