/** A room and devices apart from it, as far as conflicts go (SY6). */
import * as Y from 'yjs';
import type { Stamp } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { at, copyOf, make } from './make.ts';

const { customer } = documentTypes;
export type Row = { id: string; state: string; field: string; subjectType: string; subjectId: string; choices: { value: unknown; by: { kind: string; id: string } | null; at: number | null; device: string | null }[]; settledBy: unknown; settledAt: number | null; chosen: unknown };

/** A room's copy: it reviews what is merged, and knows people by their client ids. */
export class Room {
	readonly doc: Y.Doc;
	readonly users = new Map<number, string>();
	now = at + 1_000;
	#ids = 0;
	constructor(args: Record<string, unknown> = {}, clientId = 500) {
		this.doc = make('customer', { name: 'Acme', stage: 's0', ...args });
		this.doc.clientID = clientId;
		customer.projection(this.doc);
		this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
			if (transaction.origin === 'room') return;
			const known = {
				at: this.now,
				authorOf: (client: number) => (this.users.has(client) ? ({ kind: 'user', id: this.users.get(client)! } as const) : null),
				isArriving: (client: number, clock: number) => clock >= (transaction.beforeState.get(client) ?? 0),
				newId: (prefix: string) => `${prefix}${++this.#ids}`,
			};
			const write = customer.review!(transaction, known);
			if (write) this.doc.transact(() => write(this.doc), 'room');
		});
	}
	get cards(): Row[] {
		return customer.projection(this.doc).flatMap(({ table, id, values }) => (table === 'conflict' ? [{ id, ...values } as Row] : []));
	}
	get open(): Row[] {
		return this.cards.filter(({ state }) => state === 'open');
	}
	/** A playbook's edit, as the `edit` call makes it. */
	run(name: string, args: unknown): void {
		apply(this.doc, name, args, { at: this.now, by: { kind: 'run', id: 'r1', playbookId: 'p1' } });
	}
	value(field = 'stage'): unknown {
		return this.doc.getMap('fields').get(field);
	}
}

export const apply = (doc: Y.Doc, name: string, args: unknown, stamp?: Stamp) => customer.edits[name]!.apply(doc, args, stamp);
export const send = (from: Y.Doc, to: Y.Doc) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));

/** Somebody's device, away from the room until it syncs: as ours do, it tells first and then listens. */
export class Phone {
	readonly doc: Y.Doc;
	readonly room: Room;
	constructor(room: Room, user: string, clientId: number) {
		this.room = room;
		this.doc = copyOf(room.doc, clientId);
		room.users.set(clientId, user);
	}
	set(value: unknown, field = 'stage', stamp: Stamp | null = { at, device: 'phone' }): this {
		apply(this.doc, 'set-field', { field, value }, stamp ?? undefined);
		return this;
	}
	sync(): this {
		send(this.doc, this.room.doc);
		send(this.room.doc, this.doc);
		return this;
	}
}
