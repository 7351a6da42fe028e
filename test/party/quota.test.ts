/** R18 on a real store: quotas are charged when requests are prepared, and what doesn't fit waits for the next day without an attempt. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contact, workspace } from '#db/schema/index.ts';
import { enrolRun } from '#db/entries.ts';
import { readOperations } from '#db/operations.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { readError } from '#domain/engine/error.ts';
import { work } from '#party/work.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, type Bench } from './bench.ts';

let bench: Bench;
let resend: FakeResend;
beforeEach(async () => {
	resend = await startResend();
	bench = await openBench({ RESEND_URL: resend.url });
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([mailTo()]));
});
afterEach(async () => {
	await Promise.all([bench.close(), resend.close()]);
});

const limit = (mailsADay: number | null) => bench.database.update(workspace).set({ resendKey: 're_test', mailsADay, timeZone: 'Europe/Paris' });
const start = async (n: number, from = 1) => {
	for (let i = from; i < from + n; i++) {
		await addCustomer(bench.database, 'w1', `c${i}`);
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', `r${i}`, 'p1', `c${i}`, { startedAt: bench.now }), { stepId: 'mail', dueAt: bench.now })]);
	}
};
const midnight = Date.UTC(2026, 10, 23, 23);
const states = async () => (await bench.runs()).map(({ state }) => state).sort();

test('the third mail of a day of two goes out tomorrow: no attempt is counted, people are told, nothing is lost', async () => {
	await limit(2);
	await start(3);
	await bench.settle();
	expect(resend.accepted).toHaveLength(2);
	expect(await states()).toEqual(['completed', 'completed', 'running']);
	const [late] = (await bench.runs()).filter(({ state }) => state === 'running');
	expect(late).toMatchObject({ nextStepId: 'mail', nextDueAt: midnight });
	expect(await bench.jobs()).toMatchObject([{ runId: late!.id, attempt: 0, dueAt: midnight, visibleAt: midnight }]);
	const [step] = await bench.steps(late!.id);
	expect(step).toMatchObject({ state: 'scheduled', dueAt: midnight, attempts: 0 });
	expect(readError(step!.error!)).toEqual({ code: 'quota', detail: { cap: '2' } });
	expect((await bench.intents()).filter(({ runId }) => runId === late!.id)).toEqual([]);
	expect((await readOperations(bench.database, 'w1', bench.now)).quotas).toEqual([{ bucket: 'mail camille@northwind.test', used: 2, cap: 2 }]);

	bench.now = midnight - 1;
	await bench.settle();
	expect(resend.accepted).toHaveLength(2);
	bench.now = midnight;
	await bench.settle();
	expect(resend.accepted.map(({ key }) => key)).toHaveLength(3);
	expect(await states()).toEqual(['completed', 'completed', 'completed']);
	expect((await bench.steps(late!.id))[0]).toMatchObject({ state: 'done', error: null });
	// A new day, a new window; yesterday's is forgotten.
	expect((await readOperations(bench.database, 'w1', bench.now)).quotas).toEqual([{ bucket: 'mail camille@northwind.test', used: 1, cap: 2 }]);
});

test('workers that charge at once never go over it', async () => {
	await limit(5);
	await start(12);
	await Promise.all([1, 2, 3].map(() => work(bench.engine, bench.now + 25_000)));
	await bench.settle();
	expect(resend.accepted).toHaveLength(5);
	expect((await bench.jobs()).map(({ attempt, dueAt }) => [attempt, dueAt])).toEqual(Array(7).fill([0, midnight]));
});

test('a raised limit holds from the next look; without one everything goes', async () => {
	await limit(1);
	await start(2);
	await bench.settle();
	await limit(null);
	bench.now = midnight;
	await start(6, 3);
	await bench.settle();
	expect(resend.accepted).toHaveLength(8);
});

test('one step that asks for more than a whole day goes alone, else it never would', async () => {
	await limit(1);
	await start(1);
	await bench.database.insert(contact).values({ workspace: 'w1', seq: 1, id: 'contact_b', customerId: 'c1', name: 'Bea', email: 'bea@c1.test', roles: ['champion'], tags: [], custom: {}, createdAt: 2_000 });
	await bench.settle();
	expect(resend.accepted).toHaveLength(2);
	expect(await states()).toEqual(['completed']);
});

test('a mail that is tried again is charged once', async () => {
	await limit(10);
	resend.faults.push('server-error', 'server-error');
	await start(1);
	for (let n = 0; n < 3; n++, bench.now += 6 * 60_000) await bench.settle();
	expect(resend.accepted).toHaveLength(1);
	expect((await readOperations(bench.database, 'w1', bench.now)).quotas).toMatchObject([{ used: 1 }]);
});
