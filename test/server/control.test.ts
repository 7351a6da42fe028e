import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { ordersAMinute } from '#db/api-keys.ts';
import { enrolRun } from '#db/entries.ts';
import { runEvents } from '#db/runs.ts';
import { apiKey, command, quota, run, step } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { mailTo, taskFor, waitFor } from '../party/bench.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
let n = 0;

/** A run of these steps, at its first; each on a customer of its own. */
const aRun = async (steps: Step[] = [waitFor(60), mailTo()], change: Partial<typeof run.$inferInsert> = {}) => {
	const [customerId, playbookId, id] = [`customer_${++n}`, `playbook_${n}`, `run_${n}`];
	await addCustomer(db, me.workspace, customerId, { owner: me.id });
	await addPlaybook(db, me.workspace, playbookId, definitionOf(steps, { entry: { rule: 'once' } }));
	await commit(db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, id, playbookId, customerId, { dedupKey: `once:${customerId}` }), { stepId: steps[0]!.id, dueAt: Date.now() + 3_600_000 })]);
	if (Object.keys(change).length > 0) await db.update(run).set(change).where(eq(run.id, id));
	return id;
};
const stateOf = async (id: string) => (await db.select().from(run).where(eq(run.id, id)))[0]!;
const history = async (id: string) => (await runEvents(db, id)).map(({ type, data }) => [type, data]);

describe('RU3: people control runs', () => {
	it('pause, resume and jump, each with who and why in the run’s history', async () => {
		const id = await aRun();
		expect(await mine.command('pause-run', { runId: id, reason: '  They are on holiday ' })).toEqual({ status: 'accepted' });
		expect(await stateOf(id)).toMatchObject({ state: 'paused', epoch: 2 });
		expect(await mine.command('pause-run', { runId: id })).toMatchObject({ status: 'held', reason: 'run-moved-on', detail: { state: 'paused', code: 'not-pausable' } });
		expect(await mine.command('resume-run', { runId: id, missed: 'now' })).toEqual({ status: 'accepted' });
		expect(await mine.command('jump-to-step', { runId: id, stepId: 'nowhere' })).toMatchObject({ status: 'refused', reason: 'no-such-step' });
		expect(await mine.command('jump-to-step', { runId: id, stepId: 'mail', reason: 'They asked' })).toEqual({ status: 'accepted' });
		expect(await stateOf(id)).toMatchObject({ state: 'running', epoch: 4, nextStepId: 'mail', pausedAt: null });
		expect(await history(id)).toEqual([
			['paused', { by: me.id, reason: 'They are on holiday', stepId: 'wait' }],
			['resumed', { by: me.id, reason: '', missed: 'now', stepId: 'wait' }],
			['jumped', { by: me.id, reason: 'They asked', stepId: 'mail' }],
		]);
	});

	it('run an ended one again, whatever its entry rule says; never twice at once (RU5)', async () => {
		const id = await aRun();
		expect(await mine.command('run-again', { runId: id })).toMatchObject({ status: 'held', reason: 'still-running' });
		await mine.command('stop-run', { runId: id });
		const again = await mine.command('run-again', { runId: id, reason: 'Once more' });
		expect(again).toMatchObject({ status: 'accepted', result: { runId: expect.stringMatching(/^run_/) } });
		expect(await stateOf(again.result.runId)).toMatchObject({ state: 'running', subjectId: (await stateOf(id)).subjectId, epoch: 1 });
		expect(await history(again.result.runId)).toEqual([['began-again', { by: me.id, reason: 'Once more', run: id }]]);
		expect((await history(id)).at(-1)).toEqual(['run-again', { by: me.id, reason: 'Once more', run: again.result.runId }]);
		expect(await mine.command('run-again', { runId: id })).toMatchObject({ status: 'held', reason: 'running' });
	});

	it('see what a retry would do with the data of now, and nothing is recorded of looking', async () => {
		const id = await aRun([taskFor(false)], { state: 'failed' });
		await db.update(step).set({ state: 'failed', error: 'failed', input: { requests: [{ kind: 'task', title: 'Call Old Name', description: '', assignees: [me.id], teamId: null, dueAt: 1, customerId: 'c' }] } }).where(eq(step.runId, id));
		const looked = await mine.command('preview-retry', { runId: id }, 'command_look_1');
		expect(looked).toMatchObject({ status: 'accepted', result: { outcome: 'differs', isNew: false } });
		expect(looked.result.lines.find((line: any) => line.field === 'title')).toMatchObject({ was: 'Call Old Name', now: `Call Company customer_${n}` });
		expect(await db.select().from(command).where(eq(command.id, 'command_look_1'))).toEqual([]);
		expect(await stateOf(id)).toMatchObject({ state: 'failed', epoch: 1 });
		expect(await mine.command('preview-retry', { runId: await aRun() })).toMatchObject({ status: 'held', reason: 'run-moved-on' });
	});
});

describe('IN1: programs control runs by API key', () => {
	const secret = `cbk_${'a1B2'.repeat(10)}xyz`;
	const api = async (path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${secret}` }) => {
		// A program has no cookie and no origin.
		const response = await app.browser().send(`/api/v1/${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', origin: '', ...headers } });
		return { status: response.status, body: (await response.json()) as any };
	};

	it('a key is made by an administrator, and only its hash is kept', async () => {
		expect(await mine.command('make-api-key', { id: 'apikey_1', name: 'Nightly job', secret: 'too-short' })).toMatchObject({ status: 'refused', reason: 'not-valid' });
		expect(await mine.command('make-api-key', { id: 'apikey_1', name: 'Nightly job', secret }, 'command_make_key')).toMatchObject({ status: 'accepted' });
		const everything = JSON.stringify([await db.select().from(apiKey), await db.select().from(command)]);
		expect(everything).not.toContain(secret);
		const { body } = await mine.get('/api/sync?after=0&limit=2000');
		expect(body.rows.find((row: any) => row.kind === 'apiKey')).toMatchObject({ id: 'apikey_1', data: { name: 'Nightly job', hint: secret.slice(-4), revokedAt: null } });
		expect(JSON.stringify(body)).not.toContain('hash":"' + (await db.select().from(apiKey))[0]!.hash);
	});

	it('orders a run, once for each idempotency key, and stands in its history by name', async () => {
		const id = await aRun();
		const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': 'pause-me-once' };
		expect(await api(`runs/${id}/pause`, { reason: 'Maintenance' }, headers)).toEqual({ status: 200, body: { status: 'accepted' } });
		expect(await api(`runs/${id}/pause`, { reason: 'Maintenance' }, headers)).toEqual({ status: 200, body: { status: 'accepted' } });
		expect(await api(`runs/${id}/pause`, { reason: 'Another order under its key' }, headers)).toMatchObject({ status: 422, body: { code: 'key-used', message: expect.stringContaining('new key') } });
		expect(await api(`runs/${id}/pause`, {})).toMatchObject({ status: 409, body: { status: 'held', code: 'run-moved-on', detail: { state: 'paused' } } });
		expect(await api(`runs/${id}/resume`, { missed: 'skip' })).toMatchObject({ status: 200 });
		expect(await api(`runs/${id}/jump`, { stepId: 'mail' })).toMatchObject({ status: 200 });
		expect(await api(`runs/${id}/stop`, {})).toMatchObject({ status: 200 });
		const again = await api(`runs/${id}/again`, {});
		expect(again).toMatchObject({ status: 200, body: { status: 'accepted', result: { runId: expect.any(String) } } });
		expect((await history(id))[0]).toEqual(['paused', { by: 'apikey_1', name: 'API key Nightly job', reason: 'Maintenance', stepId: 'wait' }]);
		expect((await stateOf(again.body.result.runId)).cause).toMatchObject({ by: 'person', userId: 'apikey_1', name: 'API key Nightly job' });
		expect((await db.select().from(apiKey))[0]!.usedAt).not.toBeNull();
	});

	it('says that the customer is gone', async () => {
		const id = await aRun([mailTo()], { state: 'completed', endedAt: 1 });
		await db.update(run).set({ subjectId: 'customer_gone' }).where(eq(run.id, id));
		expect(await api(`runs/${id}/again`, {})).toMatchObject({ status: 404, body: { code: 'no-such-customer', message: expect.stringContaining('not there') } });
	});

	it('orders many at once; each answers for itself, and the same call again changes nothing', async () => {
		const ids = [await aRun(), await aRun(), await aRun([mailTo()], { state: 'completed', endedAt: 1 })];
		const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': 'stop-them-all' };
		const first = await api('runs/bulk', { action: 'stop', runIds: [...ids, 'run_nowhere'] }, headers);
		expect(first).toMatchObject({ status: 200, body: { results: [{ runId: ids[0], status: 'accepted' }, { status: 'accepted' }, { status: 'held', code: 'run-moved-on' }, { status: 'refused', code: 'no-such-run' }] } });
		expect(await api('runs/bulk', { action: 'stop', runIds: [...ids, 'run_nowhere'] }, headers)).toEqual(first);
		expect((await stateOf(ids[0]!)).epoch).toBe(2);
	});

	it.each<[string, () => Promise<{ status: number; body: any }>, number, string]>([
		['no key', () => api('runs/run_1/pause', {}, {}), 401, 'no-key'],
		['another key', () => api('runs/run_1/pause', {}, { authorization: `Bearer cbk_${'x'.repeat(43)}` }), 401, 'bad-key'],
		['an unknown action', () => api('runs/run_1/explode', {}), 404, 'no-such-action'],
		['an unknown run', () => api('runs/run_nowhere/pause', {}), 404, 'no-such-run'],
		['a jump to nowhere', () => api('runs/run_1/jump', {}), 422, 'not-valid'],
		['a body that isn’t JSON', async () => { const response = await app.browser().send('/api/v1/runs/run_1/pause', { method: 'POST', body: '{', headers: { authorization: `Bearer ${secret}` } }); return { status: response.status, body: await response.json() }; }, 400, 'not-json'],
		['a bad idempotency key', () => api('runs/run_1/pause', {}, { authorization: `Bearer ${secret}`, 'idempotency-key': '!' }), 400, 'bad-idempotency-key'],
		['too many runs', () => api('runs/bulk', { action: 'stop', runIds: Array.from({ length: 101 }, (_, i) => `run_${i}`) }), 400, 'not-valid'],
	])('says what is wrong: %s', async (_, ask, status, code) => expect(await ask()).toMatchObject({ status, body: { code } }));

	it('gives so many orders a minute, a bulk call one for each run: what is over is refused whole, with when to come again', async () => {
		const ids = [await aRun(), await aRun(), await aRun()];
		const minute = Math.floor(Date.now() / 60_000) * 60_000;
		// This minute and the next, should it begin meanwhile.
		const left = (count: number) => db.batch([db.delete(quota), db.insert(quota).values([minute, minute + 60_000].map((window) => ({ workspace: me.workspace, bucket: 'api:apikey_1', window, used: ordersAMinute - count, cap: ordersAMinute })))]);
		await left(2);
		const refused = await app.browser().send('/api/v1/runs/bulk', { method: 'POST', body: JSON.stringify({ action: 'stop', runIds: ids }), headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` } });
		expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'too-many-orders' }]);
		expect(Number(refused.headers.get('retry-after'))).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60);
		expect((await Promise.all(ids.map(stateOf))).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
		await left(1);
		expect(await api(`runs/${ids[0]!}/stop`, {})).toMatchObject({ status: 200 });
		await left(0);
		expect(await api(`runs/${ids[1]!}/stop`, {})).toMatchObject({ status: 429, body: { code: 'too-many-orders' } });
		// Senders' quotas are another matter, and people see those only.
		expect((await mine.get('/api/operations')).body.quotas).toEqual([]);
		await db.update(quota).set({ window: sql`${quota.window} - 120000` });
		expect(await api('runs/bulk', { action: 'stop', runIds: ids.slice(1) })).toMatchObject({ status: 200, body: { results: [{ status: 'accepted' }, { status: 'accepted' }] } });
	});

	it('a person’s session opens nothing there, and a revoked key nothing at all', async () => {
		expect((await mine.post('/api/v1/runs/run_1/pause', {})).status).toBe(401);
		expect(await mine.command('revoke-api-key', { id: 'apikey_1' })).toEqual({ status: 'accepted' });
		expect(await mine.command('revoke-api-key', { id: 'apikey_1' })).toMatchObject({ status: 'held', reason: 'already-done' });
		expect(await api('runs/run_1/pause', {})).toMatchObject({ status: 401, body: { code: 'bad-key' } });
	});
});
