/** What a document room answers to the signed calls of the app and of other rooms (docs/protocol.md). */
import { nullish, object, string } from 'valibot';
import * as Y from 'yjs';
import { customerOf } from '#db/projection.ts';
import { fromBase64, toBase64 } from '#domain/base64.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { answer, refusal } from './call.ts';
import type { Copy } from './copy.ts';
import { create, edit, parsed, revokeBody } from './edit.ts';
import type { Links } from './links.ts';
import type { Publisher } from './publish.ts';
import type { Seats } from './seats.ts';

/** `erase` forgets the document for good. */
export type Room = { id: string; copy: Copy; links: Links; seats: Seats; publisher: Publisher; erase: () => Promise<void> };

type Verb = (room: Room, body: unknown) => Response | Promise<Response>;

const revoke: Verb = ({ links, seats }, body) => {
	const call = parsed(revokeBody, body);
	return call.ok ? answer({ revoked: seats.revoke(call.value, links.of(call.value.userId)) }) : call.response;
};

const publish: Verb = async ({ copy, publisher }) => answer({ published: await publisher.asked(copy), position: copy.log.position });

const read: Verb = async ({ copy }) => {
	await copy.written();
	return answer({ type: copy.type.type, rows: copy.type.projection(copy.doc), epoch: copy.log.head!.epoch, position: copy.log.position });
};

/** Its customer was deleted (CU10): nobody sits here any more. The document stays, for it can be restored. */
const shut: Verb = ({ links }) => {
	links.close(4404, 'deleted');
	return answer({ shut: true });
};

const contentBody = object({ vector: nullish(string(), null) });

/** What a device that has `vector` lacks: nobody sits down for it, no socket opens (SY1, keeping ahead). */
const content: Verb = async ({ copy }, body) => {
	const call = parsed(contentBody, body);
	if (!call.ok) return call.response;
	const vector = call.value.vector === null ? undefined : fromBase64(call.value.vector);
	if (vector === null) return refusal(400, 'malformed', 'The state vector is not base64.');
	await copy.written();
	try {
		return answer({ update: toBase64(vector ? Y.encodeStateAsUpdate(copy.doc, vector) : copy.encoded) });
	} catch {
		return refusal(400, 'malformed', 'The state vector can’t be read.');
	}
};

const eraseBody = object({ customerId: nullish(string(), null) });

/** Forgets the document for good. `customerId`: only if it is this customer's, or about it; another's is left alone. */
const forget: Verb = async ({ id, copy, erase }, body) => {
	const call = parsed(eraseBody, body);
	if (!call.ok) return call.response;
	const { customerId } = call.value;
	const isOf = customerId === null || id === customerId || copy.log.head === null || customerOf(copy.type.projection(copy.doc)) === customerId;
	if (isOf) await erase();
	return answer({ erased: isOf });
};

/** Verbs of any room, and those of a document that was created. */
const always: Record<string, Verb> = {
	create: ({ copy, id }, body) => create(copy, id, documentTypes, body),
	revoke,
	seats: ({ links }) => answer({ seats: links.users() }),
	shut,
	erase: forget,
};
const created: Record<string, Verb> = { edit: ({ copy }, body) => edit(copy, body), publish, read, content };

/** Answers a call. Throws when the document could not be written or published. */
export async function answerCall(room: Room, verb: string, body: unknown): Promise<Response> {
	if (Object.hasOwn(always, verb)) return always[verb]!(room, body);
	if (!room.copy.log.head) return refusal(404, 'no-document', 'There is no such document: it was never created.');
	if (Object.hasOwn(created, verb)) return created[verb]!(room, body);
	return refusal(404, 'no-verb', `A document has no '${verb}'.`);
}
