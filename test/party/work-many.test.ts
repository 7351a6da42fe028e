/** Many jobs at once: they share batches, never each other's troubles (R4, R5, R8, R15). */
import { afterEach, expect, test } from 'vitest';
import { eq, sql } from 'drizzle-orm';
import { openDatabase } from '#db/client.ts';
import { claimJobs, leaseMs } from '#db/jobs.ts';
import { enrolRun } from '#db/entries.ts';
import { job, run, step } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { work } from '#party/work.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { openBench, waitFor, type Bench } from './bench.ts';
import { until } from './harness/client.ts';
import { addCustomers, addRuns } from './harness/many-runs.ts';

let bench: Bench;
afterEach(() => bench.close());

/** As many runs whose wait is over, each of a customer of its own. */
const due = async (count: number) => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([waitFor(1), waitFor(5, 'wait2')]));
	for (let n = 0; n < count; n++) await addCustomer(bench.database, 'w1', `c${n}`);
	await commit(bench.database, [bumpSeq('w1'), ...Array.from({ length: count }, (_, n) => enrolRun(runOf('w1', `r${n}`, 'p1', `c${n}`), { stepId: 'wait', dueAt: bench.now })).flat()]);
};
const work25 = () => work(bench.engine, bench.now + 25_000);
const atWait2 = async () => (await bench.runs()).filter(({ nextStepId, state }) => nextStepId === 'wait2' && state === 'running').map(({ id }) => id);

/** What happens to the store just before a request whose body has `text` is sent for the first time. */
const meddling = (text: string, meddle: (address: Bench['address']) => Promise<Response | void>): typeof fetch => {
	let isDone = false;
	return async (input, init) => {
		const request = new Request(input as Request, init);
		const body = await request.clone().text();
		if (isDone || !body.includes(text)) return fetch(request);
		isDone = true;
		return (await meddle(bench.address)) ?? fetch(request);
	};
};
const guardOfMany = '(SELECT COUNT(*) FROM job JOIN run';

test('R4 R8 one that a person stops meanwhile loses its guard; the others of its batch go on, each once', async () => {
	bench = await openBench({}, {
		fetch: meddling(guardOfMany, async (address) => {
			const other = openDatabase(address);
			await orderNow(other, { workspace: 'w1', runId: 'r7', by: 'u1', reason: 'test', now: bench.now }, { kind: 'stop' });
		}),
	});
	await due(20);
	await work25();
	expect((await atWait2()).length).toBe(19);
	expect((await bench.runs()).find(({ id }) => id === 'r7')).toMatchObject({ state: 'stopped' });
	expect((await bench.steps('r7')).map(({ state }) => state)).toEqual(['cancelled']);
	expect((await bench.jobs()).map(({ number, token }) => [number, token])).toEqual(Array.from({ length: 19 }, () => [2, null]));
	expect(bench.logged).toEqual([]);
});

test('R5 a batch whose answer is lost is read back, not written again', async () => {
	bench = await openBench({}, {
		fetch: (() => {
			let isDone = false;
			return async (input, init) => {
				const request = new Request(input as Request, init);
				const isGuarded = (await request.clone().text()).includes(guardOfMany);
				const response = await fetch(request);
				if (isDone || !isGuarded) return response;
				isDone = true;
				throw new TypeError('fetch failed');
			};
		})(),
	});
	await due(20);
	await work25();
	expect((await atWait2()).length).toBe(20);
	expect((await bench.jobs()).map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, () => 0));
	expect(bench.logged).toEqual([]);
});

test('R15 one whose rows can’t be read is its own trouble', async () => {
	bench = await openBench();
	await due(20);
	await bench.database.update(run).set({ vars: sql`'not JSON'` }).where(eq(run.id, 'r3'));
	await work25();
	const jobs = await bench.jobs();
	expect(jobs.filter(({ number }) => number === 2).length).toBe(19);
	expect(jobs.filter(({ number }) => number === 1).map(({ runId, token }) => [runId, token !== null])).toEqual([['r3', true]]);
	expect(bench.logged.map(({ what, about }) => [what, about['run']])).toEqual([['a job could not be worked', 'r3']]);
});

test('R15 one that kills its worker takes nobody along: only it is quarantined', async () => {
	bench = await openBench();
	await due(60);
	for (let deaths = 0; deaths < 3; deaths++) {
		// The worker dies over r0 whenever it works it: its connection is cut before anything that names r0’s customer is read.
		let die = () => {};
		const isDead = new Promise<void>((resolve) => (die = resolve));
		const dying = openDatabase({ ...bench.address, fetch: async (input, init) => {
			const request = new Request(input as Request, init);
			if (/\bc0\b/.test(await request.clone().text())) await new Promise(die);
			return fetch(request);
		} });
		await Promise.race([work({ ...bench.engine, database: dying }, bench.now + 25_000), isDead]);
		bench.now += leaseMs + 1;
	}
	await work25();
	expect((await bench.runs()).filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual(['r0']);
	expect((await atWait2()).length).toBe(59);
});

test('R7 what a dead worker had claimed is done by the next one, all of it', async () => {
	bench = await openBench();
	await due(60);
	await claimJobs(bench.database, { workspace: 'w1', shard: 0, token: 'dead', now: bench.now, limit: 500 });
	bench.now += leaseMs + 1;
	await work25();
	expect((await atWait2()).length).toBe(60);
});

test('R4 R7 more than one hand can hold: a second claims beside it, and each job is done once', async () => {
	const [claims, commits] = [{ seen: 0 }, { seen: 0 }];
	bench = await openBench({}, {
		fetch: async (input, init) => {
			const request = new Request(input as Request, init);
			const body = await request.clone().text();
			if (body.includes('UPDATE job SET token = :token')) claims.seen++;
			// What the second claim comes to waits for a third claim: one hand alone would wait for ever.
			if (body.includes(guardOfMany) && ++commits.seen === 2) await until(() => claims.seen >= 3, 'another hand claims');
			return fetch(request);
		},
	});
	await addCustomers(bench.database);
	await addRuns(bench.database, { kind: 'many', count: 1_300, dueAt: bench.now, steps: [waitFor(1)] });
	expect(await work25()).toBe(1_300);
	expect(await bench.jobs()).toEqual([]);
	const steps = await bench.database.select({ state: step.state, attempts: step.attempts }).from(step);
	expect(new Set(steps.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['done 1']));
	expect(bench.logged).toEqual([]);
});

test('R7 jobs that a worker holds when the store goes away are given back when it answers again: nobody waits for their lease, and no attempt is counted', async () => {
	let isAway = false;
	bench = await openBench({}, {
		fetch: async (input, init) => {
			const request = new Request(input as Request, init);
			// It goes away between a claim and what the claim comes to.
			isAway ||= (await request.clone().text()).includes(guardOfMany);
			if (isAway) throw new TypeError('fetch failed');
			return fetch(request);
		},
	});
	await due(20);
	await expect(work25()).rejects.toThrow();
	await expect(bench.engine.owed.settle(bench.engine)).rejects.toThrow();
	const other = openDatabase(bench.address);
	expect((await other.select().from(job)).every(({ token }) => token !== null)).toBe(true);
	const engine = { ...bench.engine, database: other };
	expect(await engine.owed.settle(engine)).toBe(true);
	expect((await other.select().from(job)).map(({ token, attempt, crashes, visibleAt }) => [token, attempt, crashes, visibleAt])).toEqual(Array.from({ length: 20 }, () => [null, 0, 0, bench.now]));
	expect(await engine.owed.settle(engine)).toBe(false);
	await work(engine, bench.now + 25_000);
	expect((await other.select().from(job)).map(({ number, crashes }) => [number, crashes])).toEqual(Array.from({ length: 20 }, () => [2, 0]));
});

test('R5 R7 a claim that nobody heard the answer of is given back, too', async () => {
	let isAway = false;
	bench = await openBench({}, {
		fetch: async (input, init) => {
			const request = new Request(input as Request, init);
			const isClaim = (await request.clone().text()).includes('UPDATE job SET token = :token');
			if (isAway) throw new TypeError('fetch failed');
			const response = await fetch(request);
			isAway = isClaim;
			if (isAway) throw new TypeError('fetch failed');
			return response;
		},
	});
	await due(20);
	await expect(work25()).rejects.toThrow();
	const engine = { ...bench.engine, database: openDatabase(bench.address) };
	await engine.owed.settle(engine);
	await work(engine, bench.now + 25_000);
	expect((await engine.database.select().from(job)).map(({ number, crashes }) => [number, crashes])).toEqual(Array.from({ length: 20 }, () => [2, 0]));
});
