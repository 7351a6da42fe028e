import { beforeAll, expect, it } from 'vitest';
import { archiveAfterMs, archiveRuns } from '#db/archive.ts';
import { enrolRun } from '#db/entries.ts';
import { run } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { eq } from 'drizzle-orm';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { mailTo } from '../party/bench.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
const begun = Date.now() - 2 * archiveAfterMs;
/** Runs 1 to 150, one a minute: every third with errors, every fifth stopped; all but the last put away. */
const count = 150;

beforeAll(async () => {
	await addPlaybook(db, me.workspace, 'playbook_a', definitionOf([mailTo()]));
	await addPlaybook(db, me.workspace, 'playbook_b', definitionOf([mailTo()]));
	for (const [n, owner] of [me.id, 'somebody'].entries()) await addCustomer(db, me.workspace, `customer_${n}`, { owner });
	for (let n = 1; n <= count; n++) {
		const made = runOf(me.workspace, `run_${n}`, n % 2 ? 'playbook_a' : 'playbook_b', `customer_${n % 4 === 0 ? 1 : 0}`, { dedupKey: `k${n}`, startedAt: begun + n * 60_000 });
		await commit(db, [bumpSeq(me.workspace), ...enrolRun(made, { stepId: 'mail', dueAt: begun })]);
		await db.update(run).set({ state: n % 5 === 0 ? 'stopped' : 'completed', hasErrors: n % 3 === 0, endedAt: begun + n * 60_000 + 1 }).where(eq(run.id, made.id));
	}
	await commit(db, archiveRuns(me.workspace, Array.from({ length: count - 1 }, (_, n) => `run_${n + 1}`), Date.now()));
});

const numbers = (runs: { id: string }[]) => runs.map(({ id }) => Number(id.slice('run_'.length)));
/** Every page of what is asked for. */
async function all(query = ''): Promise<number[]> {
	const found: number[] = [];
	for (let after = ''; ; ) {
		const { body } = await mine.get(`/api/runs?${query}${after && `&after=${after}`}`);
		found.push(...numbers(body.runs));
		if (body.next === null) return found;
		after = body.next;
	}
}
const expected = (is: (n: number) => boolean) => Array.from({ length: count - 1 }, (_, n) => n + 1).filter(is).reverse();

it('RU4: runs that were put away are found, the latest first, a page after the other, none twice', async () => {
	const { body } = await mine.get('/api/runs');
	expect(body.runs).toHaveLength(100);
	expect(body.runs[0]).toEqual({ ...body.runs[0], id: 'run_149', playbookId: 'playbook_a', subjectId: 'customer_0', state: 'completed', hasErrors: false, startedAt: begun + 149 * 60_000, version: 1 });
	expect(await all()).toEqual(expected(() => true));
});

it.each<[string, (n: number) => boolean]>([
	['state=stopped', (n) => n % 5 === 0],
	['state=errors', (n) => n % 3 === 0 && n % 5 !== 0],
	['state=done', (n) => n % 3 !== 0 && n % 5 !== 0],
	['state=live', () => false],
	['playbook=playbook_b', (n) => n % 2 === 0],
	['customer=customer_1', (n) => n % 4 === 0],
	['owner=somebody&state=stopped', (n) => n % 20 === 0],
	[`since=${begun + 140 * 60_000}`, (n) => n >= 140],
	['playbook=nowhere', () => false],
])('by %s', async (query, is) => expect(await all(query)).toEqual(expected(is)));

it.each(['state=red', 'since=yesterday', 'after=%27'])('says that %s can’t be read', async (query) => expect(await mine.get(`/api/runs?${query}`)).toMatchObject({ status: 400, body: { code: 'bad-filter' } }));

it('one is opened whole, and can be run again', async () => {
	expect(await mine.get('/api/runs/run_149')).toMatchObject({ status: 200, body: { run: { id: 'run_149', state: 'completed' }, steps: [{ stepId: 'mail' }] } });
	expect(await mine.command('run-again', { runId: 'run_149' })).toMatchObject({ status: 'accepted', result: { runId: expect.any(String) } });
});

it('nobody outside the workspace sees any', async () => expect((await app.browser().get('/api/runs')).status).toBe(401));
