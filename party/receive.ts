/** Takes one binary frame from a socket of a document: checks right, size and rate for every message, merges, answers (S5–S7). */
import { createDecoder, readVarUint } from 'lib0/decoding';
import * as Y from 'yjs';
import { may } from '#domain/access/roles.ts';
import type { Copy } from './copy.ts';
import { frameIn, frameLimit, isUpdateFrame, step2, updateLimit, type RefusalCode } from './frames.ts';
import type { Link } from './link.ts';
import { signOfLife, type Presence } from './presence.ts';

/** A document is at most this long, in bytes (S5). */
const documentLimit = 5 * 1024 * 1024;

export type Around = { copy: Copy; presence: Presence; others: (but: Link, frame: Uint8Array) => void };

/** What a host gives as a binary message, as bytes. */
export const bytesOf = (message: ArrayBuffer | ArrayBufferView): Uint8Array =>
	message instanceof ArrayBuffer ? new Uint8Array(message) : new Uint8Array(message.buffer, message.byteOffset, message.byteLength);

/** Takes a frame. Nothing it holds can make the room throw: what isn't understood is refused or dropped. What leaves nothing to write is answered at once. */
export function receive(bytes: Uint8Array, link: Link, around: Around): void {
	const wasOwed = link.isOwed;
	take(bytes, link, around);
	// Kept with the first that is owed: that is enough to know of a loss. After the others have it: it makes nobody wait.
	if (!wasOwed && link.isOwed) link.keep();
	if (link.isOwed && !around.copy.hasUnwritten) void around.copy.written().catch(() => undefined);
}

function take(bytes: Uint8Array, link: Link, around: Around): void {
	if (isUpdateFrame(bytes)) link.count();
	if (!link.rate.takes(bytes.length, Date.now())) {
		link.refuse('too-fast', 'Too many changes at once. They are kept on the device and are sent again in a moment.');
		return link.close(1013, 'too fast');
	}
	const frame = bytes.length > frameLimit ? null : frameIn(bytes);
	if (!frame) {
		if (isUpdateFrame(bytes)) refuseAll(link, bytes.length > frameLimit ? 'too-large' : 'malformed');
		return;
	}
	if (frame.kind === 'update' || frame.kind === 'step2') return merge(frame.update, link, around.copy);
	// A cursor must not arrive before what it stands in.
	around.copy.inbox.flush();
	if (frame.kind === 'step1') return answer(frame.vector, link, around.copy);
	if (frame.kind === 'awareness') return hear(frame.states, link, around);
	const all = around.presence.all();
	if (all) link.send(all);
}

/** A newcomer's state vector: of no client. */
const isEmpty = (vector: Uint8Array): boolean => vector.length === 1 && vector[0] === 0;

function answer(vector: Uint8Array, link: Link, copy: Copy): void {
	try {
		link.send(step2(isEmpty(vector) ? copy.encoded : Y.encodeStateAsUpdate(copy.doc, vector)));
	} catch {
		refuseAll(link, 'malformed');
	}
}

function merge(update: Uint8Array, link: Link, copy: Copy): void {
	if (update.length <= 2) return;
	if (link.refusal) return link.refuse(link.refusal.code, link.refusal.message);
	if (!may(link.role, 'document.edit')) {
		if (!isKnown(update, copy)) link.refuse('no-right', 'You may read this, but not change it. Ask an administrator for the right to edit.');
		return;
	}
	if (update.length > updateLimit) return refuseAll(link, 'too-large');
	if (copy.isLargerThan(documentLimit, update.length)) return refuseAll(link, 'document-too-large');
	try {
		for (const client of writersOf(update)) copy.credit(client, link.user.id);
	} catch {
		return refuseAll(link, 'malformed');
	}
	copy.inbox.take(update, link.origin, () => refuseAll(link, 'malformed'));
}

/** The Yjs client ids in an update. Most updates are of one client, named at their beginning: sections, structs, client. */
function writersOf(update: Uint8Array): Iterable<number> {
	const decoder = createDecoder(update);
	const sections = readVarUint(decoder);
	if (sections > 1) return Y.parseUpdateMeta(update).from.keys();
	return sections === 1 && readVarUint(decoder) > 0 ? [readVarUint(decoder)] : [];
}

/** Whether an update says nothing new: every client answers the first sync, also one that may only read. */
function isKnown(update: Uint8Array, copy: Copy): boolean {
	try {
		return Y.snapshotContainsUpdate(Y.snapshot(copy.doc), update);
	} catch {
		return false;
	}
}

function hear(states: Uint8Array, link: Link, { copy, presence, others }: Around): void {
	try {
		const frame = presence.take(states, link, (client) => [undefined, link.user.id].includes(copy.clients.get(client)));
		link.keep();
		if (frame) others(link, frame);
		if (!link.wantsAck) link.send(signOfLife());
	} catch {
		// Not an awareness state: there is nothing to lose in it.
	}
}

const reasons: Partial<Record<RefusalCode, string>> = {
	'too-large': 'This change is larger than 1 MB. Take it back (undo), or paste it in smaller parts.',
	'document-too-large': 'This document has reached 5 MB. Remove something from it first.',
	malformed: 'This change can’t be read. Reload the page.',
};

/** Refuses an update and those after it: without the missing one they can't be understood. Reconnecting starts afresh. */
function refuseAll(link: Link, code: RefusalCode): void {
	link.refusal = { code, message: reasons[code] ?? code };
	link.refuse(code, link.refusal.message);
}
