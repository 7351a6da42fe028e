/** R20: this machine's clock may be moved at any moment; what is written counts by the database's. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { Clock } from '#party/clock.ts';
import { work } from '#party/work.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, waitFor, type Bench } from './bench.ts';

const hour = 3_600_000;

describe('a clock that is moved while a job is worked (R20)', () => {
	let bench: Bench;
	let exchanges = 0;
	let moveAt = Infinity;
	let shift = 0;
	const real = Date.now.bind(Date);

	beforeEach(async () => {
		bench = await openBench({}, {
			fetch: (input, init) => {
				if (++exchanges === moveAt) vi.spyOn(Date, 'now').mockImplementation(() => real() + shift);
				return fetch(input, init);
			},
		});
		const clock = new Clock();
		Object.assign(bench.engine, { clock, now: clock.now });
		await addPlaybook(bench.database, 'w1', 'p1', definitionOf([mailTo(), waitFor(5)]));
	});
	afterEach(async () => {
		vi.restoreAllMocks();
		moveAt = Infinity;
		await bench.close();
	});

	test.each([hour, -hour])('by %d ms, before any exchange: the wait behind it is five minutes long', async (by) => {
		for (let at = 1; at <= 12; at++) {
			const [id, customer] = [`r${at}`, `c${at}`];
			await addCustomer(bench.database, 'w1', customer);
			await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', customer, { startedAt: real() }), { stepId: 'mail', dueAt: real() - 1 })]);
			await bench.engine.clock!.ask(bench.database);
			[exchanges, moveAt, shift] = [0, at, by];
			// A machine's budget of 25 s may be over at once when its clock is moved: it looks again.
			for (let tries = 0; tries < 3 && (await bench.steps(id)).length < 2; tries++) await work(bench.engine, bench.engine.now() + 25_000);
			const [, wait] = await bench.steps(id);
			expect(wait, `moved before exchange ${at}`).toMatchObject({ stepId: 'wait', state: 'scheduled' });
			expect(Math.abs(wait!.dueAt - real() - 300_000), `moved before exchange ${at}`).toBeLessThan(60_000);
			vi.restoreAllMocks();
			moveAt = Infinity;
		}
	});
});
