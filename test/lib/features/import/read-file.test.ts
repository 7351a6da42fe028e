/** Files as they come, broken ones too (IN2): every row is handed over once, with its line. */
import { describe, expect, test } from 'vitest';
import { readRows, sampleOf, type ReadRow } from '$lib/features/import/read-file.ts';

const read = async (content: BlobPart[], stop = new AbortController()): Promise<ReadRow[]> => {
	const file = new Blob(content);
	const rows: ReadRow[] = [];
	await readRows(file, await sampleOf(file), 100, async (piece) => void rows.push(...piece), stop.signal);
	return rows;
};
const linesOf = (rows: ReadRow[]) => rows.map(({ line }) => line);

describe('reading a file in pieces', () => {
	test('characters and rows that lie across two pieces come whole, in order, with their lines', async () => {
		const cell = 'é“日'.repeat(700);
		const rows = await read(['id,name\n', ...Array.from({ length: 400 }, (_, n) => `C${n},"${cell}\n${n}"\n`)]);
		expect(rows.length).toBe(400);
		expect(rows.every(({ values }, n) => values[0] === `C${n}` && values[1] === `${cell}\n${n}`)).toBe(true);
		expect(linesOf(rows)).toEqual(rows.map((_, n) => 2 + 2 * n));
	});

	test.each([['\n'], ['\r\n'], ['\r']])('line ends %j, blank lines, and none after the last row', async (end) => {
		const rows = await read([['id;name', 'A;Ann', '', ' ; ', 'B;"Bo', 'b"', 'C;Cy'].join(end)]);
		expect(rows.map(({ line, values }) => [line, ...values])).toEqual([[2, 'A', 'Ann'], [5, 'B', `Bo${end}b`], [7, 'C', 'Cy']]);
	});

	test('a quote that is never closed costs its own line, not the rest of the file', async () => {
		const good = Array.from({ length: 30_000 }, (_, n) => `G${n},Good ${n}\n`);
		const rows = await read(['id,name\n', ...good.slice(0, 15_000), 'BAD,"never closed\n', ...good.slice(15_000), 'END,"nor this']);
		const bad = rows.filter(({ error }) => error === 'unclosed-quote');
		expect(bad).toEqual([{ line: 15_002, values: ['BAD,"never closed'], error: 'unclosed-quote' }, { line: 30_003, values: ['END,"nor this'], error: 'unclosed-quote' }]);
		expect(rows.filter(({ error }) => error === undefined).length).toBe(30_000);
		expect(linesOf(rows)).toEqual(rows.map((_, n) => n + 2));
	});

	test('a line without end is one error; what follows it is read', async () => {
		const rows = await read(['id,name\nA,Ann\n', 'x'.repeat(3_000_000), '\nB,Bo\n']);
		expect(rows.map(({ line, error }) => [line, error ?? null])).toEqual([[2, null], [3, 'unclosed-quote'], [4, null]]);
		expect(rows[1]!.values[0]!.length).toBe(1_000);
	});

	test('Windows-1252 is seen and read; wrong characters and columns too many are errors of their row', async () => {
		const rows = await read([new Uint8Array([...Buffer.from('id,name\nA,Caf'), 0xe9, ...Buffer.from('\n')])]);
		expect(rows[0]!.values).toEqual(['A', 'Café']);
		const broken = await read([`id,name\nA,Caf\uFFFD\nB,Bo${',x'.repeat(50)}\nC,Cy,,\n`]);
		expect(broken.map(({ error }) => error ?? null)).toEqual(['encoding', 'too-many-columns', null]);
	});

	test('200 MB of rows pass through without being held: stopped when told to', async () => {
		const piece = 'X'.repeat(40) + ',name\n';
		const file = new Blob(['id,name\n', ...Array.from({ length: 200 }, () => piece.repeat(22_000))]);
		expect(file.size).toBeGreaterThan(200_000_000);
		const stop = new AbortController();
		let [rows, most] = [0, 0];
		await readRows(file, await sampleOf(file), 100, async ({ length }) => {
			rows += length;
			most = Math.max(most, length);
			if (rows >= 500_000) stop.abort();
		}, stop.signal);
		expect([rows, most]).toEqual([500_000, 100]);
	});
});
