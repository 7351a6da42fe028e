/**
 * Rooms take at most 1 MB at once (S5). What a device gathered offline may be more: it is cut into updates that each stand on
 * those before them, so that a room never holds a part it can't place yet.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];
type Parts = Map<number, Struct[]>;

/** Cuts `update` into updates of at most about `limit` bytes, to be applied in order; one value that can't be cut (a single field) stays whole. */
export function splitUpdate(update: Uint8Array, limit: number): Uint8Array[] {
	if (update.length <= limit) return [update];
	const { structs, ds } = Y.decodeUpdate(update);
	const updates: Uint8Array[] = [];
	let parts: Parts = new Map();
	let size = 0;
	const flush = () => {
		if (parts.size > 0) updates.push(written(parts));
		parts = new Map();
		size = 0;
	};
	for (const struct of inOrder(structs))
		for (const piece of cut(struct, limit)) {
			const bytes = sizeOf(piece);
			const before = parts.get(piece.id.client)?.at(-1);
			// An update can't hold a gap of one client's changes.
			if (size + bytes > limit || (before && before.id.clock + before.length !== piece.id.clock)) flush();
			add(parts, piece);
			size += bytes;
		}
	flush();
	// Deletions last: all that they name is there.
	if (ds.clients.size > 0) updates.push(written(new Map(), ds));
	return updates;
}

/** The changes so that each comes after those it builds on. */
function inOrder(structs: readonly Struct[]): Struct[] {
	const waiting: Parts = new Map();
	for (const struct of structs) if (!(struct instanceof Y.Skip)) add(waiting, struct);
	const isMissing = (id: unknown) => {
		const list = id instanceof Y.ID ? waiting.get(id.client) : undefined;
		const last = list?.at(-1);
		return last !== undefined && list![0]!.id.clock <= (id as Y.ID).clock && (id as Y.ID).clock < last.id.clock + last.length;
	};
	const ordered: Struct[] = [];
	for (let hasMoved = true; hasMoved; ) {
		hasMoved = false;
		for (const list of waiting.values()) {
			// A client's own earlier changes always come before.
			const next = list.findIndex((struct) => struct instanceof Y.Item && [struct.origin, struct.rightOrigin, struct.parent].some((id) => id instanceof Y.ID && id.client !== struct.id.client && isMissing(id)));
			const free = list.splice(0, next === -1 ? list.length : next);
			ordered.push(...free);
			hasMoved ||= free.length > 0;
		}
	}
	return [...ordered, ...[...waiting.values()].flat()];
}

function add(parts: Parts, struct: Struct): void {
	const list = parts.get(struct.id.client);
	if (list) list.push(struct);
	else parts.set(struct.id.client, [struct]);
}

/** A long run of text or list in pieces below the limit. */
function cut(struct: Struct, limit: number): Struct[] {
	if (!(struct instanceof Y.Item) || struct.length < 2 || sizeOf(struct) <= limit) return [struct];
	const { id, origin, rightOrigin, parent, parentSub } = struct;
	const left = struct.content.copy();
	let at = struct.length >> 1;
	// Between the halves of one character there is no cutting.
	if (left instanceof Y.ContentString && /[\uD800-\uDBFF]/.test(left.str[at - 1]!)) at++;
	if (at >= struct.length) return [struct];
	const right = left.splice(at);
	return [
		...cut(new Y.Item(id, null, origin, null, rightOrigin, parent, parentSub, left), limit),
		...cut(new Y.Item(Y.createID(id.client, id.clock + at), null, Y.createID(id.client, id.clock + at - 1), null, rightOrigin, parent, parentSub, right), limit),
	];
}

function sizeOf(struct: Struct): number {
	const encoder = new Y.UpdateEncoderV1();
	struct.write(encoder, 0);
	return encoding.length(encoder.restEncoder);
}

/** Yjs' first format: per client its changes, then what was deleted. */
function written(parts: Parts, deleted?: ReturnType<typeof Y.decodeUpdate>['ds']): Uint8Array {
	const encoder = new Y.UpdateEncoderV1();
	encoding.writeVarUint(encoder.restEncoder, parts.size);
	for (const [client, structs] of parts) {
		encoding.writeVarUint(encoder.restEncoder, structs.length);
		encoder.writeClient(client);
		encoding.writeVarUint(encoder.restEncoder, structs[0]!.id.clock);
		for (const struct of structs) struct.write(encoder, 0);
	}
	encoding.writeVarUint(encoder.restEncoder, deleted?.clients.size ?? 0);
	for (const [client, ranges] of deleted?.clients ?? []) {
		encoder.resetDsCurVal();
		encoding.writeVarUint(encoder.restEncoder, client);
		encoding.writeVarUint(encoder.restEncoder, ranges.length);
		for (const { clock, len } of ranges) {
			encoder.writeDsClock(clock);
			encoder.writeDsLen(len);
		}
	}
	return encoder.toUint8Array();
}
