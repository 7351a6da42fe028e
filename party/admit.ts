/** Lets a socket into a document, or says why not (S6, S10). */
import * as Y from 'yjs';
import type { Copy } from './copy.ts';
import { step1 } from './frames.ts';
import { turnAway, type Socket } from './host.ts';
import { Link } from './link.ts';
import type { Links } from './links.ts';
import type { Presence } from './presence.ts';
import type { Seats } from './seats.ts';
import { ticketIn } from './token.ts';

type Room = { id: string; secret: string; ready: () => Promise<Copy>; links: Links; presence: Presence; seats: Seats };

/** Greets a socket with what the room knows and adds its link, or turns it away and returns null. */
export async function admit(socket: Socket, url: string, { id, secret, ready, links, presence, seats }: Room): Promise<Link | null> {
	const turned = (code: number, reason: string): null => (turnAway(socket, code, reason), null);
	const ticket = await ticketIn(url, id, secret);
	if (!ticket) return turned(4401, 'no valid token');
	const copy = await ready().catch(() => null);
	// From here on without an `await`: between the greeting and the link nothing may be merged that the socket would miss.
	if (!copy) return turned(1011, 'the document could not be loaded');
	if (!copy.log.head) return turned(4404, 'no such document');
	if (copy.log.head.workspace !== ticket.workspace) return turned(4403, 'another workspace');
	const query = new URL(url).searchParams;
	// What it doesn't know it could only misread: a client says the newest schema that it knows (S15). Who says nothing only reads and adds.
	const version = copy.doc.getMap('meta').get('schemaVersion');
	if (query.has('schema') && typeof version === 'number' && version > Number(query.get('schema'))) return turned(4426, 'this document needs a newer version of the app');
	const link = Link.open(socket, ticket, query.get('ack') === '1');
	if (!seats.admits(link)) return turned(4403, 'the right was taken back');
	link.send(step1(Y.encodeStateVector(copy.doc)));
	const present = presence.all();
	if (present) link.send(present);
	links.add(link);
	return link;
}
