/** What is measured, the same for every server: each function is one scenario and gives figures by the name of their row. */
import { BenchClient } from './client.ts';
import { pause, percentile } from './figures.ts';
import type { Server } from './servers.ts';

export type Measured = Record<string, number>;
export type Size = { few: boolean };
type Scenario = (server: Server, size: Size) => Promise<Measured>;

const until = async (holds: () => boolean, what: string, within = 60_000): Promise<void> => {
	for (const by = performance.now() + within; !holds(); await pause(1)) if (performance.now() > by) throw new Error(`waited in vain: ${what}`);
};

/**
 * One client edits, all others get each edit: milliseconds of each delivery and of each acknowledgement, and the server's CPU. Edits come
 * 20 to 80 ms after all have the one before, whatever the server says about them: nobody is measured at another pace.
 */
async function crowd(server: Server, clients: number, edits: number): Promise<{ delivered: number[]; acknowledged: number[]; cpu: number; storeCpu: number }> {
	const doc = await server.make();
	const [writer, ...readers] = await Promise.all(Array.from({ length: clients }, () => new BenchClient(server).open(doc)));
	const [delivered, acknowledged, began] = [[] as number[], [] as number[], new Map<number, number>()];
	writer!.onAcknowledged = () => {
		for (const [frame, at] of began) if (frame <= writer!.acknowledged && began.delete(frame)) acknowledged.push(performance.now() - at);
	};
	const map = writer!.doc.getMap('bench');
	await pause(500);
	const before = server.used();
	for (let n = 0; n < edits; n++) {
		const at = performance.now();
		let left = readers.length;
		const all = new Promise<void>((resolve) => {
			for (const reader of readers)
				reader.onUpdate = () => {
					if (reader.doc.getMap('bench').get('n') !== n) return;
					reader.onUpdate = () => {};
					delivered.push(performance.now() - at);
					if (--left === 0) resolve();
				};
		});
		if (server.acknowledges !== 'never') began.set(writer!.sent + 1, at);
		map.set('n', n);
		await all;
		await pause(20 + Math.random() * 60);
	}
	await until(() => began.size === 0, 'every edit is acknowledged');
	const after = server.used();
	for (const client of [writer!, ...readers]) client.close();
	const per1000 = 1_000_000 / (edits * readers.length);
	return { delivered, acknowledged, cpu: (after.cpu - before.cpu) * per1000, storeCpu: (after.storeCpu - before.storeCpu) * per1000 };
}

const two: Scenario = async (server, { few }) => {
	const { delivered, acknowledged } = await crowd(server, 2, few ? 60 : 200);
	const known: Measured = acknowledged.length > 0 ? { 'acknowledgement p50 (ms)': percentile(acknowledged, 0.5), 'acknowledgement p95 (ms)': percentile(acknowledged, 0.95) } : {};
	return { 'latency p50, 2 clients (ms)': percentile(delivered, 0.5), 'latency p95, 2 clients (ms)': percentile(delivered, 0.95), ...known };
};

const many: Scenario = async (server, { few }) => {
	const clients = few ? 25 : 100;
	const { delivered, cpu, storeCpu } = await crowd(server, clients, few ? 40 : 100);
	return {
		[`latency p50, ${clients} clients (ms)`]: percentile(delivered, 0.5),
		[`latency p95, ${clients} clients (ms)`]: percentile(delivered, 0.95),
		'CPU per 1,000 deliveries (ms)': cpu,
		...(storeCpu > 0 ? { 'CPU of the store beside it (ms)': storeCpu } : {}),
	};
};

/** One writer types, one reader listens: updates a second until the reader has all. */
const typing: Scenario = async (server, { few }) => {
	const inserts = few ? 4_000 : 20_000;
	const doc = await server.make();
	const [writer, reader] = [await new BenchClient(server).open(doc), await new BenchClient(server).open(doc)];
	const [from, to] = [writer.doc.getText('bench'), reader.doc.getText('bench')];
	const began = performance.now();
	for (let n = 0; n < inserts; n++) {
		from.insert(n, 'x');
		// A breath now and then: the socket sends only when this thread lets it.
		if (n % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
	}
	await until(() => to.length === inserts, 'the reader has all');
	const took = performance.now() - began;
	writer.close();
	reader.close();
	return { [`updates/s, one writer, ${inserts.toLocaleString('en')} inserts`]: (inserts * 1000) / took };
};

/** Milliseconds until a newcomer has a document of 10,000 keys of 80 bytes. */
const joining: Scenario = async (server, { few }) => {
	const doc = await server.make();
	const writer = await new BenchClient(server).open(doc);
	const map = writer.doc.getMap('bench');
	for (let n = 0; n < 10_000; n += 1_000) {
		writer.doc.transact(() => {
			for (let key = n; key < n + 1_000; key++) map.set(`key${key}`, 'x'.repeat(80));
		});
	}
	const watcher = await new BenchClient(server).open(doc);
	await until(() => watcher.doc.getMap('bench').size === 10_000, 'the document is there');
	await pause(2_000);
	const times: number[] = [];
	for (let n = 0; n < (few ? 7 : 15); n++) {
		const began = performance.now();
		const newcomer = await new BenchClient(server).open(doc);
		await until(() => newcomer.doc.getMap('bench').size === 10_000, 'the newcomer has all');
		times.push(performance.now() - began);
		newcomer.close();
		await pause(50);
	}
	writer.close();
	watcher.close();
	return { 'join of 10,000 keys × 80 B (ms)': percentile(times, 0.5) };
};

/**
 * KB of memory for each open document of 22 KB: the difference between many and a few, so that what the process itself takes, and takes
 * once it is warm, isn't counted as the documents'. Then again when nobody has said anything for a while.
 */
const memory: Scenario = async (server, { few }) => {
	// A fresh process: what the measures before left behind isn't the documents'.
	await server.kill();
	await server.start();
	const clients: BenchClient[] = [];
	const openUntil = async (count: number) => {
		while (clients.length < count) {
			const client = await new BenchClient(server).open(await server.make());
			client.doc.transact(() => {
				for (let key = 0; key < 220; key++) client.doc.getMap('bench').set(`key${key}`, 'x'.repeat(86));
			});
			clients.push(client);
		}
		await pause(2_000);
		return server.used().memory;
	};
	const [some, all] = few ? [60, 120] : [100, 400];
	const before = await openUntil(some);
	const after = await openUntil(all);
	await pause(20_000);
	const idle = server.used().memory;
	for (const client of clients) client.close();
	const each = (of: number) => ((of - before) * 1024) / (all - some);
	return { 'memory per document of 22 KB (KB)': each(after), 'the same after 20 s without an edit (KB)': each(idle), 'memory with all of them open (MB)': after };
};

export const scenarios = { two, many, typing, joining, memory } satisfies Record<string, Scenario>;

/** Of edits that the server, or its fan-out where it says nothing, had confirmed when it was killed: how many were gone after the restart. */
export async function lostInKills(server: Server, count: number): Promise<number> {
	const doc = await server.make();
	let lost = 0;
	for (let n = 0; n < count; n++) {
		const [writer, reader] = [await new BenchClient(server).open(doc), await new BenchClient(server).open(doc)];
		writer.doc.getMap('bench').set(`kill${n}`, n);
		if (server.acknowledges === 'never') await until(() => reader.doc.getMap('bench').has(`kill${n}`), 'the echo');
		else await until(() => writer.acknowledged >= writer.sent, 'the acknowledgement');
		await server.kill();
		writer.close();
		reader.close();
		await server.start();
		const after = await new BenchClient(server).open(doc);
		// y-websocket answers before it has read its disk: a moment more for it.
		if (!after.doc.getMap('bench').has(`kill${n}`)) await until(() => after.doc.getMap('bench').has(`kill${n}`), 'it is there after all', 1_000).catch(() => lost++);
		after.close();
	}
	return lost;
}
