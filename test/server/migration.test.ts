import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { job, playbookVersion, run } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { Breaker } from '#party/breaker.ts';
import { Owed } from '#party/owed.ts';
import { work } from '#party/work.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { taskFor, waitFor } from '../party/bench.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
let n = 0;
const secret = `cbk_${'a1B2'.repeat(10)}xyz`;

/** A playbook whose second version has `next`, with a run of the first for each of `stepIds`, at that step. */
const aPlaybook = async (stepIds: string[], old: Step[] = [waitFor(60), taskFor(true, 'gone')], next: Step[] = [waitFor(120), taskFor(true)]) => {
	const playbookId = `playbook_${++n}`;
	await addPlaybook(db, me.workspace, playbookId, definitionOf(old));
	await db.insert(playbookVersion).values({ workspace: me.workspace, seq: 1, id: `${playbookId}_v2`, playbookId, version: 2, definition: definitionOf(next), hash: `h${n}`, note: '', author: me.id, changes: [], publishedAt: 2 });
	const runIds = stepIds.map((_, at) => `run_${n}_${at}`);
	for (const [at, stepId] of stepIds.entries()) {
		await addCustomer(db, me.workspace, `customer_${n}_${at}`, { owner: me.id });
		await commit(db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, runIds[at]!, playbookId, `customer_${n}_${at}`), { stepId, dueAt: Date.now() + 3_600_000 })]);
	}
	return { playbookId, runIds };
};
/** What the automation room does when it is woken. */
const worked = () =>
	work({ database: db, workspace: me.workspace, shard: 0, settings: {} as never, now: Date.now, clock: null, random: Math.random, newToken: () => crypto.randomUUID(), log: () => {}, breaker: new Breaker(), owed: new Owed() }, Date.now() + 20_000);
const versions = async (ids: string[]) => Promise.all(ids.map(async (id) => (await db.select().from(run).where(eq(run.id, id)))[0]!.version));

beforeAll(async () => {
	await mine.command('make-api-key', { id: 'apikey_1', name: 'Nightly job', secret });
});

describe('BE2: people move running runs to another version', () => {
	it('the counts come first, by step, and nothing changes by looking', async () => {
		const { playbookId, runIds } = await aPlaybook(['wait', 'wait', 'gone']);
		const looked = await mine.command('preview-migration', { playbookId, version: 2 });
		expect(looked.result).toMatchObject({
			total: 3,
			steps: [
				{ stepId: 'wait', versions: [1], isSame: true, count: 2, outcomes: { keep: 2 }, step: { kind: 'wait', params: { amount: 60 } } },
				{ stepId: 'gone', versions: [1], isSame: false, count: 1, outcomes: { 'not-mapped': 1 } },
			],
			targets: [{ id: 'wait' }, { id: 'task' }],
		});
		const mapped = await mine.command('preview-migration', { playbookId, version: 2, map: { gone: { how: 'move', to: 'task' }, wait: { how: 'end' } } });
		expect(mapped.result.steps.map(({ outcomes }: any) => outcomes)).toEqual([{ end: 2 }, { move: 1 }]);
		expect(await mine.command('preview-migration', { playbookId, version: 2, map: { gone: { how: 'move', to: 'nowhere' } } })).toMatchObject({ status: 'refused', reason: 'no-such-step', detail: { stepId: 'nowhere' } });
		expect(await versions(runIds)).toEqual([1, 1, 1]);
	});

	it('they move, are seen on every device, and go back; the history names both', async () => {
		const { playbookId, runIds } = await aPlaybook(['wait', 'gone', 'gone']);
		const begun = await mine.command('migrate-runs', { playbookId, version: 2, map: { gone: { how: 'stay' } }, reason: ' The new text ' });
		expect(begun).toMatchObject({ status: 'accepted', result: { total: 3, migrationId: expect.stringMatching(/^migration_/) } });
		expect(await mine.command('migrate-runs', { playbookId, version: 2 })).toMatchObject({ status: 'held', reason: 'migrating' });
		await worked();
		const { migrationId } = begun.result;
		const { body } = await mine.get('/api/sync?after=0&limit=2000');
		expect(body.rows.find((row: any) => row.kind === 'migration' && row.id === migrationId).data).toMatchObject({ playbookId, version: 2, by: me.id, reason: 'The new text', state: 'done', total: 3, kept: 1, stayed: 2 });
		expect((await mine.get(`/api/playbooks/${playbookId}/migrations/${migrationId}`)).body.left).toEqual([1, 2].map((at) => ({ runId: runIds[at], subjectId: `customer_${n}_${at}`, code: 'stays' })));
		const moved = (await mine.get(`/api/runs/${runIds[0]}`)).body;
		expect(moved).toMatchObject({ run: { version: 2 }, definition: { steps: [{ params: { amount: 120 } }, {}] }, earlier: [{ version: 1, definition: { steps: [{ params: { amount: 60 } }, {}] } }] });
		expect(moved.events).toMatchObject([{ type: 'migrated', data: { by: me.id, reason: 'The new text', from: 1, to: 2, how: 'keep' } }]);
		expect(await mine.command('cancel-migration', { migrationId })).toMatchObject({ status: 'held', reason: 'migration-over', detail: { state: 'done' } });
		expect(await mine.command('roll-back-migration', { migrationId, reason: 'Too early' })).toMatchObject({ status: 'accepted' });
		await worked();
		expect(await versions(runIds)).toEqual([1, 1, 1]);
		expect((await mine.get(`/api/runs/${runIds[0]}`)).body.events.at(-1)).toMatchObject({ type: 'migration-undone', data: { by: me.id, reason: 'Too early' } });
		expect(await mine.command('roll-back-migration', { migrationId })).toMatchObject({ status: 'held', reason: 'migration-over' });
	});

	it('called off before it began, nobody moves; nor to a version that isn’t there, nor when nobody runs elsewhere', async () => {
		const { playbookId, runIds } = await aPlaybook(['wait']);
		const { result } = await mine.command('migrate-runs', { playbookId, version: 2 });
		expect(await mine.command('cancel-migration', { migrationId: result.migrationId })).toMatchObject({ status: 'accepted' });
		await worked();
		expect(await versions(runIds)).toEqual([1]);
		expect(await db.select().from(job).where(eq(job.kind, 'migration'))).toEqual([]);
		expect(await mine.command('migrate-runs', { playbookId, version: 7 })).toMatchObject({ status: 'refused', reason: 'no-such-version' });
		const nobody = await aPlaybook([]);
		expect(await mine.command('migrate-runs', { playbookId: nobody.playbookId, version: 2 })).toMatchObject({ status: 'refused', reason: 'nobody-to-move' });
	});

	it('who decides about a run that has moved meanwhile is asked again (SY3, R8)', async () => {
		const { playbookId, runIds } = await aPlaybook(['wait']);
		const [id] = runIds;
		const seen = [{ name: `run/${id}/epoch`, was: 1 }, { name: `run/${id}/state`, was: 'live' }];
		await mine.command('migrate-runs', { playbookId, version: 2 });
		await worked();
		expect(await mine.command('pause-run', { runId: id }, undefined, seen)).toMatchObject({ status: 'held', reason: 'ground-changed' });
	});
});

describe('IN1: programs do, by API key', () => {
	const call = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
		const response = await app.browser().send(`/api/v1/migrations${path}`, { ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }), headers: { 'content-type': 'application/json', origin: '', authorization: `Bearer ${secret}`, ...headers } });
		return { status: response.status, body: (await response.json()) as any };
	};

	it('counts, moves once for each idempotency key, tells how far it is, and undoes', async () => {
		const { playbookId, runIds } = await aPlaybook(['wait', 'gone']);
		expect(await call('/preview', { playbookId, version: 2 })).toMatchObject({ status: 200, body: { result: { total: 2 } } });
		const once = { 'idempotency-key': 'move-them-once' };
		const begun = await call('', { playbookId, version: 2, reason: 'By night' }, once);
		expect(begun).toMatchObject({ status: 200, body: { status: 'accepted', result: { total: 2 } } });
		expect(await call('', { playbookId, version: 2, reason: 'By night' }, once)).toEqual(begun);
		await worked();
		const { migrationId } = begun.body.result;
		expect(await call(`/${migrationId}`)).toMatchObject({ status: 200, body: { state: 'done', kept: 1, stayed: 1, left: [{ runId: runIds[1], code: 'not-mapped' }] } });
		expect((await mine.get(`/api/runs/${runIds[0]}`)).body.events[0].data).toMatchObject({ by: 'apikey_1', name: 'API key Nightly job', reason: 'By night' });
		expect(await call(`/${migrationId}/undo`, { reason: 'No' })).toMatchObject({ status: 200 });
		await worked();
		expect(await call(`/${migrationId}`)).toMatchObject({ body: { state: 'returned', returned: 1 } });
		expect(await call(`/${migrationId}/cancel`, {})).toMatchObject({ status: 409, body: { code: 'migration-over' } });
		expect(await call(`/${migrationId}/dance`, {})).toMatchObject({ status: 404, body: { code: 'no-such-action' } });
		expect(await call('/migration_none')).toMatchObject({ status: 404, body: { code: 'no-such-migration' } });
		expect(await call('/preview', { playbookId, version: 'two' })).toMatchObject({ status: 400, body: { code: 'not-valid' } });
	});
});
