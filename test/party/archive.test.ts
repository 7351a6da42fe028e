/** Retention: finished runs are put away after 30 days, in batches; keys stay (RU5, R10). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { archiveAfterMs, archiveRuns, finishedRuns } from '#db/archive.ts';
import { enrolRun, historyKey, readHistories } from '#db/entries.ts';
import { runInFull } from '#db/history.ts';
import { prepareIntent } from '#db/intents.ts';
import { insertRunEvent } from '#db/runs.ts';
import { intent, run, runArchive, runEvent, step } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { parseCursor, readPage } from '#db/sync.ts';
import { archive, batchSize } from '#party/archive.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startReceiver, type Receiver } from '../providers/receiver.ts';
import { callTo, openBench, taskFor, type Bench } from './bench.ts';

let bench: Bench;
let receiver: Receiver;
beforeEach(async () => {
	[bench, receiver] = await Promise.all([openBench(), startReceiver()]);
	await addCustomer(bench.database, 'w1', 'c1');
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([callTo(receiver.url), taskFor(false)]));
});
afterEach(() => Promise.all([bench.close(), receiver.close()]));

const enter = (id: string, over = {}) => commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', 'c1', { startedAt: bench.now, ...over }), { stepId: 'hook', dueAt: bench.now })]);
const full = (id: string) => runInFull(bench.database, 'w1', id);
const archived = async () => (await bench.database.select({ id: runArchive.id }).from(runArchive)).map(({ id }) => id).sort();
const page = async (after: string) => {
	const cursor = after === '' ? 'begin' : parseCursor(after)!;
	return readPage(bench.database, { workspaceId: 'w1', userId: 'u1', role: 'csm', email: 'u1@northwind.test' }, cursor, 500);
};

test('a month after its end a run is put away whole; it reads as before, its entry rule and its keys hold, devices drop it', async () => {
	await enter('r1');
	await bench.settle();
	await commit(bench.database, [insertRunEvent('w1', 'r1', 'noted', { by: 'u1', reason: 'because' }, bench.now)]);
	const before = await full('r1');
	expect(before).toMatchObject({ run: { state: 'completed' }, steps: [{ state: 'done' }, { state: 'done' }], intents: [{ state: 'done', response: { status: 200 } }, {}], events: [{ type: 'noted' }] });
	const device = await page('');
	const histories = await readHistories(bench.database, 'w1', ['p1'], ['c1'], bench.now);
	bench.now += archiveAfterMs;
	expect(await archive(bench.engine)).toBe(false);
	expect(await archived()).toEqual([]);
	bench.now += 1;
	expect(await archive(bench.engine)).toBe(false);
	expect(await archived()).toEqual(['r1']);
	expect(await full('r1')).toEqual(before);
	expect(await bench.database.select().from(runEvent)).toEqual([]);
	expect((await bench.database.select().from(step)).map(({ input, output, deletedAt }) => [input, output, deletedAt])).toEqual([[null, null, bench.now], [null, null, bench.now]]);

	// Devices that have it hear that it is gone; new ones never hear of it.
	const gone = (await page(device.cursor)).rows.filter(({ deleted }) => deleted).map(({ kind, id }) => `${kind} ${id}`);
	expect(gone.sort()).toEqual(['run r1', 'step r1:1', 'step r1:2']);
	expect((await page('')).rows.filter(({ kind }) => kind === 'run' || kind === 'step')).toEqual([]);

	// Once per record, and never twice.
	const after = (await readHistories(bench.database, 'w1', ['p1'], ['c1'], bench.now)).get(historyKey('p1', 'c1'))!;
	expect(after).toEqual({ ...histories.get(historyKey('p1', 'c1'))!, startedLastMinute: 0 });
	await enter('r2', { dedupKey: 'key:r1' });
	expect((await bench.runs()).map(({ id }) => id)).toEqual(['r1']);
	const [sent] = before!.intents;
	await commit(bench.database, [prepareIntent({ ...sent!, request: { kind: 'webhook', method: 'POST', url: receiver.url, headers: {}, body: null } }, { now: bench.now, state: 'prepared' })]);
	expect((await bench.database.select().from(intent).where(eq(intent.key, sent!.key)))[0]).toMatchObject({ state: 'done', request: null, response: null });
	expect(receiver.seen).toHaveLength(1);
});

test('twice is as good as once; what lives, is stuck, or has an outcome that nobody knows stays', async () => {
	for (const id of ['done', 'failed', 'waiting', 'unknown']) {
		await enter(id);
		await bench.settle();
	}
	const set = (id: string, values: Partial<typeof run.$inferInsert>) => bench.database.update(run).set(values).where(eq(run.id, id));
	await set('failed', { state: 'failed', endedAt: null });
	await set('waiting', { state: 'waiting', endedAt: null });
	await bench.database.update(intent).set({ state: 'unknown' }).where(eq(intent.runId, 'unknown'));
	bench.now += archiveAfterMs + 1;
	expect(await finishedRuns(bench.database, 'w1', bench.now, 10)).toEqual(['done']);
	const kept = await full('done');
	const statements = archiveRuns('w1', ['done', 'failed', 'waiting', 'unknown'], bench.now);
	await commit(bench.database, statements);
	await commit(bench.database, archiveRuns('w1', ['done', 'failed'], bench.now + 5));
	expect(await archived()).toEqual(['done']);
	expect(await full('done')).toEqual(kept);
	expect((await bench.database.select().from(step).where(eq(step.runId, 'failed'))).every(({ deletedAt }) => deletedAt === null)).toBe(true);
	expect(await finishedRuns(bench.database, 'w1', bench.now, 10)).toEqual([]);
});

test('a batch is bounded, says that there is more, and finds what is next by an index', async () => {
	for (let n = 0; n < batchSize + 3; n++) await enter(`r${n}`, { state: 'completed' });
	await bench.database.update(run).set({ state: 'completed', endedAt: bench.now });
	bench.now += archiveAfterMs + 1;
	const plan = await bench.database.$client.execute(`EXPLAIN QUERY PLAN SELECT id FROM run WHERE workspace = 'w1' AND ended_at IS NOT NULL AND ended_at < 5 AND deleted_at IS NULL ORDER BY ended_at LIMIT 50`);
	expect(plan.rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('run_ended')]);
	expect(await archive(bench.engine)).toBe(true);
	expect(await archived()).toHaveLength(batchSize);
	expect(await archive(bench.engine)).toBe(false);
	expect(await archived()).toHaveLength(batchSize + 3);
});
