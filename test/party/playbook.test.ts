/** A playbook is a document like any other (S10, S13, S19): two people draw it together in the same room class, and its draft is published as a row. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'valibot';
import * as Y from 'yjs';
import { publishedOf } from '#db/projection.ts';
import { documentTypes } from '#domain/documents/index.ts';
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { Client, call, until } from './harness/client.ts';
import { ada, newId } from './harness/documents.ts';
import { hosts, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

const type = documentTypes['playbook']!;
let rooms: Rooms;
let store: Store;
beforeAll(async () => {
	store = await startStore();
	rooms = await startRooms(hosts[0]!, store.vars);
});
afterAll(async () => {
	await rooms?.end();
	await store?.end();
});

/** An edit as the app's screens make it: parsed by the registry's schema, applied on the client's own document. */
const edit = (client: Client, name: string, args: unknown): void => {
	const known = type.edits[name]!;
	known.apply(client.doc, parse(known.schema, args));
};
const draftOf = (client: Client) => type.projection(client.doc)[0]!.values['draft'] as PlaybookDefinition;
const ids = (steps: Step[]): string[] => steps.flatMap((step) => (step.kind === 'split' ? [step.id, ...step.branches.flatMap((branch) => ids(branch.steps))] : [step.id]));
const rowOf = async (id: string) => (await store.database.$client.execute({ sql: 'SELECT * FROM playbook WHERE id = ?', args: [id] })).rows[0] as Record<string, any> | undefined;

async function newPlaybook() {
	const id = newId('playbook');
	expect(await call(rooms.url, 'document', id, 'create', { workspace: 'w1', type: 'playbook', args: { name: 'Onboarding' }, actor: ada })).toEqual({ ok: true, value: { created: true } });
	const [a, b] = await Promise.all([Client.open(rooms.socketUrl, id), Client.open(rooms.socketUrl, id, { sub: 'bob' })]);
	const together = async () => {
		await Promise.all([a.settled(), b.settled()]);
		await until(() => JSON.stringify(draftOf(a)) === JSON.stringify(draftOf(b)) && [...Y.decodeStateVector(Y.encodeStateVector(a.doc))].every(([client, clock]) => Y.decodeStateVector(Y.encodeStateVector(b.doc)).get(client) === clock), 'convergence');
	};
	return { id, a, b, together };
}

test('two people draw it at once, nobody’s work is lost, and the row holds the draft that both see', async () => {
	const { id, a, b, together } = await newPlaybook();
	edit(a, 'set-trigger', { type: 'stage-changed' });
	edit(a, 'insert-step', { id: 'wait', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' }, parent: 'root' });
	edit(b, 'insert-step', { id: 'task', kind: 'action', action: 'create-task', parent: 'root' });
	edit(b, 'insert-step', { id: 'split', kind: 'split', parent: 'root' });
	edit(b, 'set-field', { field: 'description', value: 'For new customers' });
	await together();
	edit(a, 'insert-step', { id: 'mail', kind: 'action', action: 'send-email', parent: 'split', branch: 'split_1' });
	await together();
	// Both at the same time: the same step to two places, and the same mail's subject.
	edit(a, 'move-step', { id: 'wait', parent: 'split', branch: 'split_1' });
	edit(b, 'move-step', { id: 'wait', parent: 'split', branch: 'split_else' });
	for (const [client, word] of [[a, 'Hello'], [b, 'World']] as const) ((client.doc.getMap('steps').get('mail') as Y.Map<unknown>).get('subject') as Y.Text).insert(0, word);
	edit(a, 'comment', { id: 'c1', step: 'mail', text: 'Too soon?', author: 'ada', at: 1 });
	edit(b, 'comment', { id: 'c2', step: 'mail', text: 'Who sends it?', author: 'bob', at: 2 });
	await together();
	const draft = draftOf(a);
	expect(ids(draft.steps).sort()).toEqual(['mail', 'split', 'task', 'wait']);
	expect(draft).toMatchObject({ name: 'Onboarding', description: 'For new customers', trigger: { type: 'stage-changed' } });
	expect(JSON.stringify(draft)).toMatch(/HelloWorld|WorldHello/);
	expect(a.doc.getMap('comments').size).toBe(2);

	await call(rooms.url, 'document', id, 'publish');
	const row = await until(async () => ((found) => found && JSON.stringify(JSON.parse(found['draft'])) === JSON.stringify(draft) && found)(await rowOf(id)), 'the row');
	const values = type.projection(a.doc)[0]!.values;
	expect(row).toMatchObject({ workspace: 'w1', name: 'Onboarding', trigger_type: 'stage-changed', draft_hash: values['draftHash'], problems: values['problems'], deleted_at: null });
	const events = (await store.database.$client.execute({ sql: "SELECT type, actor FROM event WHERE subject_id = ?", args: [id] })).rows;
	expect(events.map((event) => [event['type'], JSON.parse(String(event['actor']))])).toEqual([['playbook.created', ada]]);
	await Promise.all([a.close(), b.close()]);
});

test('the same draft is there after kill -9, as row, as projection and for who opens it', async () => {
	const { id, a, b, together } = await newPlaybook();
	edit(a, 'set-trigger', { type: 'customer-created' });
	for (let n = 0; n < 20; n++) edit(n % 2 ? a : b, 'insert-step', { id: `step_${n}`, kind: 'action', action: 'create-task', parent: 'root' });
	await together();
	const draft = draftOf(a);
	expect(draft.steps.length).toBe(20);
	await rooms.kill();
	await rooms.start();
	const again = await Client.open(rooms.socketUrl, id);
	expect(draftOf(again)).toEqual(draft);
	expect(await call(rooms.url, 'document', id, 'edit', { key: 'k', edits: [{ edit: 'set-field', args: { field: 'name', value: 'Welcome' } }], actor: ada })).toMatchObject({ ok: true, value: { applied: true } });
	await until(async () => (await rowOf(id))?.['name'] === 'Welcome', 'the row');
	const read = await call(rooms.url, 'document', id, 'read');
	expect((await publishedOf(store.database, id))?.rows).toEqual(read.ok && read.value.rows);
	expect(JSON.parse((await rowOf(id))!['draft'])).toEqual({ ...draft, name: 'Welcome' });
	await again.close();
});

test('a step that can’t be there, and a reader’s edit, change nothing', async () => {
	const { id, a, b } = await newPlaybook();
	expect(await call(rooms.url, 'document', id, 'edit', { key: 'bad', edits: [{ edit: 'insert-step', args: { id: 'x', kind: 'loop', parent: 'root' } }], actor: ada })).toMatchObject({ ok: false, status: 400 });
	const reader = await Client.open(rooms.socketUrl, id, { sub: 'rita', role: 'reader' });
	edit(reader, 'insert-step', { id: 'mine', kind: 'stop', parent: 'root' });
	await reader.settled();
	expect(reader.refusals).toMatchObject([{ code: 'no-right' }]);
	await until(() => a.hasSynced && b.hasSynced, 'sync');
	const read = await call(rooms.url, 'document', id, 'read');
	expect(read.ok && read.value.rows[0].values.draft.steps).toEqual([]);
	await Promise.all([a.close(), b.close(), reader.close()]);
});
