/** Document rooms in memory: the domain's own types on real Y.Docs, published into the test's store by the same statements as the rooms'. */
import * as Y from 'yjs';
import { safeParse } from 'valibot';
import type { Database } from '#db/client.ts';
import { publish, publishedOf } from '#db/projection.ts';
import { toBase64 } from '#domain/base64.ts';
import { documentTypes } from '#domain/documents/index.ts';
import type { Actor } from '#domain/events/event.ts';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { RoomBehaviour } from './rooms.ts';

type Room = { doc: Y.Doc; type: DocumentType; workspace: string; keys: Set<string>; position: number };

/** The behaviour, and the rooms for a look inside. `db` is given once the store is up. */
export function documentRooms() {
	const rooms = new Map<string, Room>();
	const state: { db: Database | null; isDown: (call: { room: string; verb: string }) => boolean } = { db: null, isDown: () => false };

	async function publishRoom(id: string, room: Room, actor: Actor = { kind: 'system', id: 'room' }): Promise<void> {
		const base = await publishedOf(state.db!, id);
		const rows = room.type.projection(room.doc);
		const at = Date.now();
		const changed = rows.map((row) => ({ row, stamps: { ...(row.table === 'customer' ? { stageSince: at, updatedAt: at } : ['playbook', 'note', 'template'].includes(row.table) ? { updatedAt: at } : row.table === 'task' ? { createdAt: at } : {}) } }));
		const ticks = (room.type.ticks?.(base?.rows ?? null, rows) ?? []).map(({ task: taskId, item, isDone }) => ({ taskId, item, isDone, actor, now: at, eventId: `event_${id}_${room.position}_${taskId}`.slice(0, 200) }));
		await publish(state.db!, { doc: id, workspace: room.workspace, type: room.type.type, at, base, next: { epoch: 1, position: ++room.position, rows }, changed, vanished: [], events: [], ticks });
	}

	const behave: RoomBehaviour = async ({ party, room: id, verb, body }) => {
		if (state.isDown({ room: id, verb })) return { status: 503, code: 'down', message: 'The room is down.' };
		if (party !== 'document') return {};
		const room = rooms.get(id);
		if (verb === 'create') {
			if (room) return { created: false };
			const type: DocumentType = documentTypes[body.type as 'customer'];
			const args = safeParse(type.seed, body.args);
			if (!args.success) return { status: 400, code: 'malformed', message: args.issues[0].message };
			const made: Room = { doc: new Y.Doc(), type, workspace: body.workspace, keys: new Set(), position: 0 };
			type.skeleton(made.doc, { id, workspace: body.workspace, at: Date.now(), args: args.output });
			rooms.set(id, made);
			await publishRoom(id, made);
			return { created: true };
		}
		if (!room) return { status: 404, code: 'no-document', message: 'There is no such document.' };
		if (verb === 'edit') {
			const isNew = !room.keys.has(body.key);
			if (isNew) {
				for (const { edit, args } of body.edits) {
					const parsed = safeParse(room.type.edits[edit]!.schema, args);
					if (!parsed.success) return { status: 400, code: 'malformed', message: parsed.issues[0].message };
					room.type.edits[edit]!.apply(room.doc, parsed.output);
				}
				room.keys.add(body.key);
				await publishRoom(id, room, body.actor);
			}
			return { applied: isNew, position: room.position };
		}
		if (verb === 'read') return { type: room.type.type, rows: room.type.projection(room.doc), epoch: 1, position: room.position };
		if (verb === 'content') return { update: toBase64(Y.encodeStateAsUpdate(room.doc)) };
		return { published: true, position: room.position };
	};
	/** Applies an edit as a person would, without the server. */
	const edit = async (id: string, name: string, args: unknown) => {
		const room = rooms.get(id)!;
		const parsed = safeParse(room.type.edits[name]!.schema, args);
		if (!parsed.success) throw new Error(parsed.issues[0].message);
		room.type.edits[name]!.apply(room.doc, parsed.output);
		await publishRoom(id, room);
	};
	return { behave, rooms, state, edit };
}
