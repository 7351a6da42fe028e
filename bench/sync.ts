/**
 * `npm run bench:sync [-- --quick]`: our room beside y-websocket's server (LevelDB) and Hocuspocus (SQLite): the same client, the same run,
 * one after the other in rounds, so that what else the machine does meets all of them.
 */
import { parseArgs } from 'node:util';
import { BenchClient } from './client.ts';
import { hocuspocus, ours, yWebsocket, type Server } from './servers.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, kills: { type: 'string' } } });
const isQuick = values.quick === true;
const rounds = Number(values.rounds ?? (isQuick ? 1 : 5));
const kills = Number(values.kills ?? (isQuick ? 10 : 200));
const inserts = isQuick ? 4_000 : 20_000;
const many = isQuick ? 25 : 100;
const rooms = isQuick ? 60 : 300;

type Measures = Record<string, number[]>;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const at = (sorted: number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
const percentile = (list: number[], part: number): number => at([...list].sort((a, b) => a - b), part);

const until = async (holds: () => boolean, what: string, within = 60_000): Promise<void> => {
	for (const by = performance.now() + within; !holds(); await pause(1)) if (performance.now() > by) throw new Error(`waited in vain: ${what}`);
};

/** Edits of one client until all others have each: milliseconds of each delivery, and of each acknowledgement. */
async function latency(server: Server, clients: number, edits: number): Promise<{ delivered: number[]; acknowledged: number[]; cpuPer1000: number }> {
	const doc = await server.make();
	const [writer, ...readers] = await Promise.all(Array.from({ length: clients }, () => new BenchClient(server).open(doc)));
	const delivered: number[] = [];
	const acknowledged: number[] = [];
	const map = writer!.doc.getMap('bench');
	await pause(300);
	const before = server.used().cpu;
	for (let n = 0; n < edits; n++) {
		const began = performance.now();
		let left = readers.length;
		const all = new Promise<void>((resolve) => {
			for (const reader of readers)
				reader.onUpdate = () => {
					if (reader.doc.getMap('bench').get('n') !== n) return;
					reader.onUpdate = () => {};
					delivered.push(performance.now() - began);
					if (--left === 0) resolve();
				};
		});
		const known = server.acknowledges === 'never' ? Promise.resolve() : new Promise<void>((resolve) => {
			const due = writer!.sent + 1;
			writer!.onAcknowledged = () => writer!.acknowledged >= due && (acknowledged.push(performance.now() - began), resolve());
		});
		map.set('n', n);
		await Promise.all([all, known]);
	}
	const cpu = server.used().cpu - before;
	for (const client of [writer!, ...readers]) client.close();
	return { delivered, acknowledged, cpuPer1000: (cpu * 1_000 * 1_000) / (edits * readers.length) };
}

/** One writer types, one reader listens: updates a second until the reader has all. */
async function throughput(server: Server): Promise<number> {
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
	return (inserts * 1000) / took;
}

/** Milliseconds until a newcomer has a document of 10,000 keys of 80 bytes. */
async function join(server: Server): Promise<number> {
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
	await pause(500);
	const times: number[] = [];
	for (let n = 0; n < 5; n++) {
		const began = performance.now();
		const newcomer = await new BenchClient(server).open(doc);
		await until(() => newcomer.doc.getMap('bench').size === 10_000, 'the newcomer has all');
		times.push(performance.now() - began);
		newcomer.close();
	}
	writer.close();
	watcher.close();
	return percentile(times, 0.5);
}

/** KB of memory for each open document of 22 KB. */
async function memory(server: Server): Promise<number> {
	const warm = await new BenchClient(server).open(await server.make());
	const before = server.used().memory;
	const clients: BenchClient[] = [];
	for (let n = 0; n < rooms; n++) {
		const client = await new BenchClient(server).open(await server.make());
		client.doc.transact(() => {
			for (let key = 0; key < 220; key++) client.doc.getMap('bench').set(`key${key}`, 'x'.repeat(86));
		});
		clients.push(client);
	}
	await pause(1_500);
	const after = server.used().memory;
	for (const client of [warm, ...clients]) client.close();
	return ((after - before) * 1024) / rooms;
}

/** Of edits that the server or its fan-out had confirmed when it was killed: how many were gone after the restart. */
async function lostInKills(server: Server, count: number): Promise<{ lost: number; confirmed: number }> {
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
	return { lost, confirmed: count };
}

const lower = ['latency p50, 2 clients (ms)', 'latency p95, 2 clients (ms)', `latency p50, ${many} clients (ms)`, `latency p95, ${many} clients (ms)`, 'CPU per 1,000 deliveries (ms)', 'join of 10,000 keys × 80 B (ms)', 'memory per document of 22 KB (KB)', 'acknowledgement p50 (ms)', 'acknowledgement p95 (ms)', `lost in ${kills} kill -9`];
const higher = [`updates/s, one writer, ${inserts.toLocaleString('en')} inserts`];

async function measure(server: Server, into: Measures): Promise<void> {
	const note = (name: string, value: number) => (into[name] ??= []).push(value);
	const two = await latency(server, 2, isQuick ? 60 : 200);
	note(lower[0]!, percentile(two.delivered, 0.5));
	note(lower[1]!, percentile(two.delivered, 0.95));
	if (two.acknowledged.length > 0) {
		note(lower[7]!, percentile(two.acknowledged, 0.5));
		note(lower[8]!, percentile(two.acknowledged, 0.95));
	}
	const crowd = await latency({ ...server, acknowledges: 'never' }, many, isQuick ? 20 : 60);
	note(lower[2]!, percentile(crowd.delivered, 0.5));
	note(lower[3]!, percentile(crowd.delivered, 0.95));
	note(lower[4]!, crowd.cpuPer1000);
	note(higher[0]!, await throughput(server));
	note(lower[5]!, await join(server));
	// A fresh process: what the measures before left behind isn't the documents'.
	await server.kill();
	await server.start();
	note(lower[6]!, await memory(server));
}

const servers = [await ours(), await yWebsocket(), await hocuspocus()];
const measures = new Map<string, Measures>(servers.map(({ name }) => [name, {}]));
try {
	for (let round = 0; round < rounds; round++) {
		for (const server of servers) {
			process.stderr.write(`round ${round + 1} of ${rounds}: ${server.name}\n`);
			await measure(server, measures.get(server.name)!);
			const each = Math.ceil(kills / rounds);
			const { lost } = await lostInKills(server, Math.min(each, kills - each * round));
			(measures.get(server.name)![lower[9]!] ??= []).push(lost);
		}
	}
} finally {
	for (const server of servers) await server.end();
}

/** Medians of the rounds; what was lost is added up. */
const valueOf = (server: string, row: string): number | null => {
	const found = measures.get(server)![row];
	if (!found) return null;
	return row === lower[9] ? found.reduce((sum, one) => sum + one, 0) : percentile(found, 0.5);
};
const shown = (value: number | null): string => (value === null ? 'none' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '') || '0');

console.log(`\n| | ${servers.map(({ name }) => name).join(' | ')} | ours against the best |\n|---|${servers.map(() => '---:').join('|')}|---:|`);
for (const row of [...lower.slice(0, 4), higher[0]!, ...lower.slice(4)]) {
	const found = servers.map(({ name }) => valueOf(name, row));
	const known = found.filter((value) => value !== null);
	const best = higher.includes(row) ? Math.max(...known) : Math.min(...known);
	const ratio = row === lower[9] ? (found[0] === 0 ? 'none lost' : `${found[0]} lost`) : `${(higher.includes(row) ? best / found[0]! : found[0]! / best).toFixed(2)} ×`;
	console.log(`| ${row} | ${found.map(shown).join(' | ')} | ${ratio} |`);
}
console.log(`\n${servers.map(({ name, acknowledges }) => `${name} acknowledges: ${acknowledges}`).join('; ')}. Medians of ${rounds} rounds.`);
process.exit(0);
