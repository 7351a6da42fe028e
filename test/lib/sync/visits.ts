/** What tests of documents against the real rooms have in common: the rooms, and visits of a page on a device, ended as a closed tab ends. */
import { connect, createServer, type AddressInfo, type Socket as TcpSocket } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { documentTypeOf } from '../../../src/lib/sync/document-types.ts';
import { Documents, type DocumentsOptions } from '../../../src/lib/sync/documents.svelte.ts';
import type { Environment } from '../../../src/lib/sync/environment.ts';
import type { Tabs } from '../../../src/lib/sync/tabs.ts';
import { token } from '../../party/harness/client.ts';
import { newId } from '../../party/harness/documents.ts';
import { type Rooms, startRooms } from '../../party/harness/rooms.ts';

const open: (() => unknown)[] = [];

/** Ends something after the test, the last first. */
export const afterwards = (end: () => unknown): void => void open.push(end);

/** The rooms of this file's tests, once they run. */
export function theRooms(): () => Rooms {
	let rooms: Rooms;
	beforeAll(async () => {
		rooms = await startRooms('partykit');
	});
	afterAll(() => rooms?.end());
	afterEach(async () => {
		for (const end of open.splice(0).reverse()) await end();
	});
	return () => rooms;
}

export type VisitOptions = Partial<Omit<DocumentsOptions, 'tabs'>> & {
	who?: string;
	role?: string;
	/** Where its rooms are. */
	url: () => string;
	isOnline?: () => boolean;
	/** This tab among others; left out, it is alone. */
	tabs?: Tabs;
};

/** One visit: its documents and its store, as a place has them. */
export function visitOf(device: Environment, { who = 'ada', role = 'csm', url, isOnline = () => true, tabs, ...changes }: VisitOptions) {
	const store = new DeviceStore(`cuebook:documents:${who}:w1`, tabs?.id ?? newId('tab'), device);
	const acknowledged: string[] = [];
	const documents = new Documents({
		environment: device,
		...(tabs ? { tabs } : {}),
		fetchToken: async (room) =>
			isOnline() ? { ok: true, value: { token: await token(room, { sub: who, role }), url: url() } } : { ok: false, status: 0, code: 'offline', message: '' },
		typeOf: documentTypeOf,
		store,
		storageProblem: () => null,
		mayEdit: () => role !== 'reader',
		onLocalChange: () => {},
		onAcknowledged: (document) => acknowledged.push(document.id),
		onNoRight: () => {},
		lingers: 100,
		...changes,
	});
	const leave = async () => {
		documents.end();
		tabs?.end();
		await store.close();
	};
	afterwards(leave);
	return { documents, store, acknowledged, leave };
}

/** A line to the rooms that can swallow what goes through it, both ways, without closing anything; or be down, as when rooms restart. */
export async function lineTo(rooms: Rooms) {
	const pairs = new Set<TcpSocket>();
	const line = {
		isSwallowing: false,
		isDown: false,
		connections: 0,
		url: '',
		/** Breaks all connections, and takes no new ones until it is mended. */
		cut: () => {
			line.isDown = true;
			pairs.forEach((socket) => socket.destroy());
		},
		mend: () => void (line.isDown = false),
	};
	const server = createServer((near) => {
		if (line.isDown) return near.destroy();
		line.connections++;
		const far = connect(Number(new URL(rooms.url).port), '127.0.0.1');
		// What was connected before stays dead: packets that were lost don't come later.
		let isDead = false;
		for (const [from, to] of [[near, far], [far, near]] as const) {
			pairs.add(from);
			from.on('data', (data) => ((isDead ||= line.isSwallowing), isDead || to.write(data)));
			from.on('error', () => {});
			from.on('close', () => (pairs.delete(from), isDead || to.destroy()));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	line.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	afterwards(() => (pairs.forEach((socket) => socket.destroy()), new Promise((resolve) => server.close(resolve))));
	return line;
}
