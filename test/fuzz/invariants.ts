/** What must hold, whatever happened (issue 3, Proof): while it happens, and when all is at rest again. */
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as Y from 'yjs';
import { publishedOf } from '#db/projection.ts';
import * as schema from '#db/schema/index.ts';
import { documentTypeOf } from '#domain/documents/index.ts';
import type { Projection } from '#domain/documents/document-type.ts';
import { canonical } from '#domain/value.ts';
import { workspaceId } from './app.ts';
import type { Made } from './tab.ts';
import type { World } from './world.ts';

/** SY4, at any moment: who says that nothing waits has nothing that the room lacks. */
export function checkStatus(world: World): void {
	for (const tab of world.tabs)
		for (const document of tab.held) {
			const { state, waiting } = document.status;
			if (state === 'synced' && waiting > 0) world.say(`SY4: ${document.id} on ${tab.gadget.name} says synced with ${waiting} waiting`);
			if (state !== 'synced' && !(state === 'saved-here' && waiting === 0)) continue;
			const onDisk = Y.snapshot(world.house.at('document', document.id).disk.content);
			const lacking = world.made.find((made) => made.tab === tab && made.doc === document.id && !Y.snapshotContainsUpdate(onDisk, made.update));
			if (lacking && !world.demoted.has(tab.gadget.user)) world.say(`SY4: ${tab.gadget.name} says ${state}, none waiting, but the room’s disk lacks its ‘${lacking.what}’ in ${document.id}`);
		}
}

/** At rest. */
export async function check(world: World): Promise<void> {
	checkStatus(world);
	for (const doc of world.docs) await checkDocument(world, doc);
	await checkEvents(world);
	await checkCommands(world);
	if (world.hasLists) await checkMirrors(world);
}

/** The same content gives the same bytes: merged and collected anew, as a newcomer would hold it. */
function bytesOf(doc: Y.Doc): string {
	const fresh = new Y.Doc();
	Y.applyUpdate(fresh, Y.encodeStateAsUpdate(doc));
	return Buffer.from(Y.encodeStateAsUpdate(fresh)).toString('base64');
}

async function checkDocument(world: World, doc: string): Promise<void> {
	const room = world.house.at('document', doc);
	room.kill();
	const { doc: recovered, damaged, position } = await room.disk.recovered();
	if (damaged.length > 0) world.say(`S3: ${doc} is damaged: ${damaged.join(', ')}`);
	if (bytesOf(recovered) !== bytesOf(room.disk.content)) world.say(`S4: ${doc} lost of what was on disk`);
	const type = documentTypeOf(doc)!;
	const rows = type.projection(recovered);

	for (const tab of world.tabs) {
		const document = tab.device.place?.documents.open.find((one) => one.id === doc);
		if (!document || world.demoted.has(tab.gadget.user)) continue;
		const { state, reason, waiting } = document.status;
		if (state !== 'synced') world.say(`SY4: at rest, ${doc} on ${tab.gadget.name} is ${state} (${reason}), ${waiting} waiting`);
		if (bytesOf(document.doc) !== bytesOf(recovered)) world.say(`convergence: ${doc} on ${tab.gadget.name} differs from its room: ${difference(type.projection(document.doc), rows)}`);
	}
	await checkNothingLost(world, doc, recovered);
	await checkRows(world, doc, rows, position);
}

/** Every edit is in the room, or its tab died before the device had it, or its person lost the right and the device still has it. */
async function checkNothingLost(world: World, doc: string, recovered: Y.Doc): Promise<void> {
	const there = Y.snapshot(recovered);
	const missing = world.made.filter((made) => made.doc === doc && !Y.snapshotContainsUpdate(there, made.update));
	for (const gadget of new Set(missing.map((made) => made.tab.gadget))) {
		const held = await world.quick(gadget.stored(doc));
		for (const tab of gadget.tabs) for (const open of tab.held) if (open.id === doc) Y.applyUpdate(held, Y.encodeStateAsUpdate(open.doc));
		const onDevice = Y.snapshot(held);
		const isKept = (made: Made) => Y.snapshotContainsUpdate(onDevice, made.update);
		for (const made of missing.filter((one) => one.tab.gadget === gadget)) {
			if (made.tab.isDead && !made.wasPersisted) continue;
			const wasShut = world.demoted.has(gadget.user);
			if (!wasShut) world.say(`nothing is lost: ‘${made.what}’ in ${doc} by ${gadget.name} is not in the room${isKept(made) ? ' (the device has it)' : ', nor on the device'}`);
			else if (!isKept(made)) world.say(`SY5: ‘${made.what}’ in ${doc} by ${gadget.name}, who lost the right, is nowhere any more`);
		}
	}
}

type Table = SQLiteTable & { id: SQLiteColumn; workspace: SQLiteColumn; deletedAt: SQLiteColumn };

/** S14: who owes has published, without anybody opening the document. */
export async function checkPublished(world: World, doc: string): Promise<void> {
	const { doc: recovered, position } = await world.house.at('document', doc).disk.recovered();
	await checkRows(world, doc, documentTypeOf(doc)!.projection(recovered), position, 'S14');
}

/** S13: what the room published bit by bit is what a rebuild from its log would give. */
async function checkRows(world: World, doc: string, rows: Projection, position: number, rule = 'S13'): Promise<void> {
	const { database } = world.store;
	const published = await publishedOf(database, doc);
	if (published === null) return world.say(`S13: ${doc} was never published`);
	if (canonical(published.rows) !== canonical(rows)) return world.say(`${rule}: ${doc} is published at ${published.position} of ${position}, and not as it is: ${difference(published.rows, rows)}`);
	for (const { table, id, values } of rows) {
		const [row] = await database
			.select()
			.from(tableOf(table))
			.where(and(eq(tableOf(table).id, id), eq(tableOf(table).workspace, workspaceId)));
		if (!row || row['deletedAt'] !== null) world.say(`S13: ${table} ${id} is not in libSQL`);
		else for (const [column, value] of Object.entries(values)) if (canonical(row[column] ?? null) !== canonical(value ?? null)) world.say(`S13: ${table} ${id}.${column} is ${canonical(row[column])}, the document says ${canonical(value)}`);
	}
	// Rows of this document that it no longer has.
	if (!doc.startsWith('customer_')) return;
	for (const table of ['contact', 'agreement'] as const) {
		const own = schema[table];
		const found = await database.select({ id: own.id }).from(own).where(and(eq(own.customerId, doc), isNull(own.deletedAt)));
		for (const { id } of found) if (!rows.some((row) => row.table === table && row.id === id)) world.say(`S13: ${table} ${id} is in libSQL, the document has it no more`);
	}
}

const tableOf = (name: string): Table => (schema as unknown as Record<string, Table>)[name]!;

/** Events explain the rows: each begins where the one before ended, the last ends where the row is. */
async function checkEvents(world: World): Promise<void> {
	const { database } = world.store;
	const found = await database.select().from(schema.event).where(eq(schema.event.workspace, workspaceId)).orderBy(asc(schema.event.seq), asc(schema.event.id));
	if (new Set(found.map(({ id }) => id)).size !== found.length) world.say('S11: an event is there twice');
	const last = new Map<string, unknown>();
	for (const { type, subjectType, subjectId, data, at } of found) {
		const { field, from, to } = data as { field?: string; from?: unknown; to?: unknown };
		if (type.endsWith('.created') || type.endsWith('.removed')) {
			for (const key of [...last.keys()]) if (key.startsWith(`${subjectType} ${subjectId} `)) last.delete(key);
			continue;
		}
		if (field === undefined || !('to' in (data as object))) continue;
		const key = `${subjectType} ${subjectId} ${field}`;
		if (last.has(key) && canonical(last.get(key) ?? null) !== canonical(from ?? null)) world.say(`S11: ${key} went to ${canonical(last.get(key))}, and the next event (${type}, ${at}) begins at ${canonical(from)}`);
		last.set(key, to);
	}
	for (const doc of world.docs) {
		const published = await publishedOf(database, doc);
		for (const { table, id, values } of published?.rows ?? [])
			for (const [column, value] of Object.entries({ ...values, ...(values['custom'] as object | undefined) })) {
				const key = `${table} ${id} ${column}`;
				if (last.has(key) && canonical(last.get(key) ?? null) !== canonical(value ?? null)) world.say(`S11: the last event of ${key} says ${canonical(last.get(key))}, its row ${canonical(value)}`);
			}
	}
}

/** SY3: each command is answered, and done once. */
async function checkCommands(world: World): Promise<void> {
	const { database } = world.store;
	const decided = new Map((await database.select().from(schema.command)).map((row) => [row.id, row.outcome as { status: string }]));
	const waiting = new Set(world.tabs.flatMap((tab) => tab.device.place?.queue.waiting.map(({ id }) => id) ?? []));
	for (const [id, { type, args, outcome, tab }] of world.sent) {
		if (world.demoted.has(tab.gadget.user)) continue;
		if (waiting.has(id)) world.say(`SY3: at rest, ${type} ${id} still waits`);
		const kept = decided.get(id);
		if (outcome?.reason === 'taken-back') {
			if (kept?.status === 'accepted') world.say(`SY3: ${type} ${id} was said to be taken back, and was done`);
			continue;
		}
		if (outcome !== null && kept === undefined) world.say(`SY3: ${type} ${id} was answered ${outcome.status}, and nothing of it is kept`);
		if (kept === undefined && !tab.isDead && !world.takenBack.has(id)) world.say(`SY3: ${type} ${id} was never decided, and waits nowhere`);
		if (kept?.status !== 'accepted' || type === 'complete-task') continue;
		const table = type === 'create-task' ? schema.task : schema.interaction;
		const rows = await database.select({ id: table.id }).from(table).where(eq(table.id, args.id));
		if (rows.length !== 1) world.say(`SY3: ${type} ${id} was accepted, and is there ${rows.length} times`);
	}
}

/** The lists say what the store says. */
async function checkMirrors(world: World): Promise<void> {
	const rows = await world.store.database.select().from(schema.customer).where(and(eq(schema.customer.workspace, workspaceId), isNull(schema.customer.deletedAt)));
	for (const tab of world.tabs) {
		const { place } = tab.device;
		if (place === null || world.demoted.has(tab.gadget.user)) continue;
		for (const row of rows) {
			const shown = place.mirror.row('customer', row.id) as Record<string, unknown> | undefined;
			for (const field of ['name', 'domain', 'stage', 'owner', 'tags', 'team', 'custom', 'mrr'] as const)
				if (canonical(shown?.[field] ?? null) !== canonical(row[field] ?? null)) world.say(`the mirror of ${tab.gadget.name} shows ${field} ${canonical(shown?.[field])}, the store has ${canonical(row[field])}`);
		}
	}
}

/** The first difference of two projections, in words. */
function difference(a: Projection, b: Projection): string {
	const name = (row: Projection[number]) => `${row.table} ${row.id}`;
	const others = new Map(b.map((row) => [name(row), row]));
	for (const row of a) {
		const other = others.get(name(row));
		if (!other) return `${name(row)} is only in the first`;
		for (const [key, value] of Object.entries(row.values)) if (canonical(value) !== canonical(other.values[key])) return `${name(row)}.${key}: ${canonical(value).slice(0, 150)} and ${canonical(other.values[key]).slice(0, 150)}`;
		others.delete(name(row));
	}
	return others.size > 0 ? `${[...others.keys()].join()} only in the second` : 'the same rows, other content';
}
