/** Boxes of a note that stand for tasks (CU11): ticked offline by one and brought by another, once; the run that waits resumes once, also when rooms are killed in between. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Database } from '#db/client.ts';
import { commit } from '#db/statement.ts';
import { completeTask } from '#db/tasks.ts';
import { htmlInto } from '#domain/rich-text/write.ts';
import { runOf } from '../db/engine-book.ts';
import * as schema from '#db/schema/index.ts';
import { Client, call, until } from './harness/client.ts';
import { ada, newId } from './harness/documents.ts';
import { hosts, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

describe.each(hosts)('on %s', (host) => {
	let rooms: Rooms;
	let store: Store;
	let database: Database;
	beforeAll(async () => {
		store = await startStore();
		database = store.database;
		rooms = await startRooms(host, store.vars);
	});
	afterAll(async () => {
		await rooms?.end();
		await store?.end();
	});

	const rowsOf = async (sql: string, ...args: string[]) => (await database.$client.execute({ sql, args })).rows as unknown as Record<string, any>[];
	const taskRow = async (id: string) => (await rowsOf('SELECT * FROM task WHERE id = ?', id))[0];
	const completions = (id: string) => rowsOf(`SELECT actor FROM event WHERE subject_id = ? AND type = 'task.completed'`, id);
	const publish = (doc: string) => until(async () => (await call(rooms.url, 'document', doc, 'publish')).ok, 'publishing');

	async function newNote(html = ''): Promise<string> {
		const id = newId('note');
		expect(await call(rooms.url, 'document', id, 'create', { workspace: 'w1', type: 'note', args: { customerId: 'customer_1', kind: 'page', author: 'ada', html }, actor: ada })).toMatchObject({ ok: true });
		await publish(id);
		return id;
	}
	/** A run that waits for a task, as a playbook's step leaves it, and a note with a box for it. */
	async function waitingRun(): Promise<{ runId: string; taskId: string; doc: string; box: string; client: Client }> {
		const [runId, taskId] = [newId('run'), newId('task')];
		await database.insert(schema.run).values({ ...runOf('w1', runId, 'p1', 'customer_1'), seq: 1, state: 'waiting' } as typeof schema.run.$inferInsert);
		await database.insert(schema.step).values({ id: `${runId}:1`, workspace: 'w1', seq: 1, runId, number: 1, stepId: 's', state: 'waiting', dueAt: 0 });
		await database.insert(schema.task).values({ id: taskId, workspace: 'w1', seq: 1, customerId: 'customer_1', runId, title: 'Sign', description: '', assignees: ['ada'], state: 'open', createdAt: 0 });
		await database.insert(schema.waitToken).values({ id: `${runId}:1`, workspace: 'w1', runId, number: 1, epoch: 1, kind: 'task', ref: taskId });
		const doc = await newNote();
		const client = await Client.open(rooms.socketUrl, doc, { sub: 'ada' });
		const box = newId('task');
		client.doc.transact(() => htmlInto(client.doc.getXmlFragment('body'), '<ul data-type="taskList"><li data-type="taskItem"><p>Sign</p></li></ul>', (item) => (item.setAttribute('id', box), item.setAttribute('task', taskId))));
		await client.settled();
		await publish(doc);
		expect(await taskRow(taskId)).toMatchObject({ state: 'open', doc, item: box });
		return { runId, taskId, doc, box, client };
	}
	/** A wait ends by one job, or by the step after it when the automation was faster. */
	const resumed = async (runId: string) => ({
		tokens: await rowsOf('SELECT consumed_at FROM wait_token WHERE run_id = ?', runId),
		jobs: (await rowsOf('SELECT id FROM job WHERE run_id = ? AND number = 1', runId)).length,
	});

	test('a box with a person is a task; ticked offline by Bob, brought after Ada ticked another, it is Bob’s, once', async () => {
		const doc = await newNote('<ul data-type="taskList"><li data-type="taskItem" data-assignee="ada"><p>Call Grace</p></li><li data-type="taskItem" data-assignee="bob"><p>Write</p></li></ul>');
		const [call1, write] = [1, 2].map((n) => `task_${doc.slice(5)}_${n}`) as [string, string];
		expect(await taskRow(call1)).toMatchObject({ state: 'open', title: 'Call Grace', customer_id: 'customer_1', doc, workspace: 'w1' });
		const bob = await Client.open(rooms.socketUrl, doc, { sub: 'bob' });
		await bob.close();
		bob.doc.getMap('items').set(`${call1}:done`, true);
		const mine = await Client.open(rooms.socketUrl, doc, { sub: 'ada' });
		mine.doc.getMap('items').set(`${write}:done`, true);
		mine.doc.getMap('fields').set('title', 'Kick-off');
		await mine.settled();
		// Bob's device is back, and tells what it made meanwhile in the first sync.
		const back = await Client.open(rooms.socketUrl, doc, { sub: 'bob' }, { doc: bob.doc });
		await back.settled();
		await until(async () => (await taskRow(call1))?.state === 'done' && (await taskRow(write))?.state === 'done', 'both done');
		expect(await taskRow(call1)).toMatchObject({ completed_by: 'bob' });
		expect(await taskRow(write)).toMatchObject({ completed_by: 'ada' });
		expect((await completions(call1)).map((row) => JSON.parse(row.actor))).toEqual([{ kind: 'user', id: 'bob' }]);
		back.doc.getMap('items').set(`${call1}:done`, false);
		await back.settled();
		await until(async () => (await taskRow(call1))?.state === 'open', 'reopened');
		expect(await taskRow(call1)).toMatchObject({ completed_by: null, completed_at: null });
		back.doc.transact(() => back.doc.getXmlFragment('body').delete(0, 1));
		await back.settled();
		await until(async () => (await taskRow(call1))?.state === 'cancelled', 'cancelled with its box');
		expect(await taskRow(write)).toMatchObject({ state: 'done' });
		await back.close();
		await mine.close();
	});

	test('a tick lets the waiting run go on once, whoever comes second, and after a kill between write and publishing', async () => {
		const { runId, taskId, doc, box, client } = await waitingRun();
		const offline = new Y.Doc();
		Y.applyUpdate(offline, Y.encodeStateAsUpdate(client.doc));
		offline.getMap('items').set(`${box}:done`, true);
		client.doc.getMap('items').set(`${box}:done`, true);
		await client.settled();
		// Acknowledged: what was ticked outlives the room, published or not.
		await rooms.kill();
		await rooms.start();
		await publish(doc);
		await until(async () => (await taskRow(taskId))?.state === 'done', 'the task done');
		expect(await taskRow(taskId)).toMatchObject({ completed_by: 'ada' });
		const bob = await Client.open(rooms.socketUrl, doc, { sub: 'bob' }, { doc: offline });
		await bob.settled();
		await publish(doc);
		expect(await completions(taskId)).toHaveLength(1);
		expect(await taskRow(taskId)).toMatchObject({ completed_by: 'ada' });
		const { tokens, jobs } = await resumed(runId);
		expect(tokens).toHaveLength(1);
		expect(tokens[0]!.consumed_at).not.toBeNull();
		expect(jobs).toBeLessThanOrEqual(1);
		await bob.close();
	});

	test('what was completed elsewhere first is not completed again by its box; a stopped run’s task stays cancelled', async () => {
		const first = await waitingRun();
		await commit(database, completeTask({ workspace: 'w1', taskId: first.taskId, userId: 'grace', now: 5, eventId: newId('event'), customerId: 'customer_1', title: 'Sign' }));
		first.client.doc.getMap('items').set(`${first.box}:done`, true);
		await first.client.settled();
		await publish(first.doc);
		expect(await completions(first.taskId)).toHaveLength(1);
		expect(await taskRow(first.taskId)).toMatchObject({ state: 'done', completed_by: 'grace', completed_at: 5 });
		await first.client.close();
		const second = await waitingRun();
		await database.$client.execute({ sql: `UPDATE task SET state = 'cancelled' WHERE id = ?`, args: [second.taskId] });
		second.client.doc.getMap('items').set(`${second.box}:done`, true);
		await second.client.settled();
		await publish(second.doc);
		expect(await taskRow(second.taskId)).toMatchObject({ state: 'cancelled' });
		expect(await completions(second.taskId)).toEqual([]);
		await second.client.close();
	});
});
