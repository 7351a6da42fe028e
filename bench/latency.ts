/**
 * `npm run bench:latency`: from an edit on one device to its row in libSQL, and to another device's list: room → publication → poke → the
 * page that the device pulls. Real rooms and a real store; the two devices are sockets and the mirror's own query.
 */
import WebSocket from 'ws';
import { callRoom } from '../party/call.ts';
import { readPage, parseCursor } from '../db/sync.ts';
import { token } from '../test/party/harness/client.ts';
import { secret } from '../test/party/harness/rooms.ts';
import { startStore } from '../test/party/harness/store.ts';
import { startWorkerd } from '../test/party/harness/workerd.ts';
import { BenchClient } from './client.ts';
import { pause, percentile } from './figures.ts';

const edits = 60;

const store = await startStore();
const rooms = await startWorkerd('partykit', store.vars);
try {
	const doc = 'customer_bench0000000000latency'.slice(0, 29);
	const made = await callRoom({ ROOMS_URL: rooms.url, ROOMS_SECRET: secret }, 'document', doc, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Bench' }, actor: { kind: 'user', id: 'ada' } });
	if (!made.ok) throw new Error(made.message);
	const server = { name: 'cuebook', dialect: 'yjs', acknowledges: 'durable', make: async () => doc, address: async () => `${rooms.socketUrl}/parties/document/${doc}?ack=1&token=${await token(doc)}`, used: () => ({ cpu: 0, storeCpu: 0, memory: 0 }), kill: rooms.kill, start: rooms.start, end: rooms.end } as const;
	const writer = await new BenchClient(server).open(doc);
	const reader = { workspaceId: 'w1', userId: 'ben', role: 'csm', email: 'ben@cuebook.test' } as const;
	let cursor = (await readPage(store.database, reader, 'begin', 2_000)).cursor;
	let shown: unknown = null;
	let onShown = () => {};
	// The other device: told by the workspace's socket, it pulls the next page.
	const other = new WebSocket(`${rooms.socketUrl}/parties/workspace/w1?token=${await token('w1', { sub: 'ben' })}`);
	await new Promise((resolve) => other.once('open', resolve));
	other.send('ping');
	other.on('message', (data: Buffer) => {
		if (!data.toString().includes('"poke"')) return;
		void readPage(store.database, reader, parseCursor(cursor)!, 2_000).then((page) => {
			cursor = page.cursor;
			for (const row of page.rows) {
				if (row.kind !== 'customer' || !row.data) continue;
				shown = row.data['domain'];
				onShown();
			}
		});
	});
	await pause(1_000);
	const toRow: number[] = [];
	const toList: number[] = [];
	for (let n = 0; n < edits; n++) {
		const value = `d${n}.example`;
		const began = performance.now();
		const listed = new Promise<void>((resolve) => {
			onShown = () => {
				if (shown !== value) return;
				toList.push(performance.now() - began);
				onShown = () => {};
				resolve();
			};
		});
		writer.doc.getMap('fields').set('domain', value);
		for (;;) {
			const { rows } = await store.database.$client.execute({ sql: 'SELECT domain FROM customer WHERE id = ?', args: [doc] });
			if (rows[0]?.['domain'] === value) break;
			await pause(5);
		}
		toRow.push(performance.now() - began);
		await Promise.race([listed, pause(10_000).then(() => Promise.reject(new Error('the other device never heard of it')))]);
		await pause(50 + Math.random() * 200);
	}
	console.log(`| from an edit on one device (${edits} edits) | p50 | p95 | target |\n|---|---:|---:|---:|`);
	console.log(`| to its row in libSQL (ms) | ${Math.round(percentile(toRow, 0.5))} | ${Math.round(percentile(toRow, 0.95))} | 1,500 |`);
	console.log(`| to another device’s list (ms) | ${Math.round(percentile(toList, 0.5))} | ${Math.round(percentile(toList, 0.95))} | 1,000 |`);
	writer.close();
	other.terminate();
} finally {
	await rooms.end();
	await store.end();
}
process.exit(0);
