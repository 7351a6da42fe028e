/** Reads a CSV file as it comes, a piece at a time: 200 MB take no more memory than 2. */
import type { ImportRow } from '#domain/import/mapping.ts';

export type Encoding = 'utf-8' | 'windows-1252';
export type Sample = { header: string[]; rows: string[][]; encoding: Encoding; delimiter: string };
/** A row that was read, or why it can't be. `line` counts from 1, the header's; a quoted line break counts too. */
export type ReadRow = ImportRow & { error?: 'too-many-columns' | 'encoding' };

const sampleBytes = 1_000_000;

/** The header and first rows; UTF-8 unless its bytes are not. Throws `empty` when there is nothing to read. */
export async function sampleOf(file: File): Promise<Sample> {
	const { default: Papa } = await import('papaparse');
	const bytes = await file.slice(0, sampleBytes).arrayBuffer();
	let encoding: Encoding = 'utf-8';
	try {
		// The sample may end within a character: streaming tells that from a wrong byte.
		new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
	} catch {
		encoding = 'windows-1252';
	}
	const text = new TextDecoder(encoding).decode(bytes);
	const { data, meta } = Papa.parse<string[]>(text, { preview: 101, skipEmptyLines: 'greedy' });
	const header = (data[0] ?? []).map((title) => title.trim());
	if (header.every((title) => title === '')) throw new Error('empty');
	return { header, rows: data.slice(1), encoding, delimiter: meta.delimiter };
}

/** Hands every row after the header to `take`, `size` at a time, and waits for it; `signal` stops the reading. `read` in `take` is the bytes read so far. */
export async function readRows(file: File, sample: Pick<Sample, 'header' | 'encoding' | 'delimiter'>, size: number, take: (rows: ReadRow[], read: number) => Promise<void>, signal: AbortSignal): Promise<void> {
	const { default: Papa } = await import('papaparse');
	let line = 0;
	const waiting: ReadRow[] = [];
	const send = async (least: number, read: number) => {
		while (waiting.length >= least && waiting.length > 0 && !signal.aborted) await take(waiting.splice(0, size), read);
	};
	await new Promise<void>((resolve, reject) => {
		Papa.parse<string[]>(file, {
			encoding: sample.encoding,
			delimiter: sample.delimiter,
			chunkSize: 512 * 1024,
			chunk: ({ data, meta }, parser) => {
				for (const values of data) {
					line++;
					const first = line;
					line += values.reduce((breaks, value) => breaks + (value.match(/\n/g)?.length ?? 0), 0);
					if (first === 1 || values.every((value) => value.trim() === '')) continue;
					waiting.push(judged({ line: first, values }, sample.header.length));
				}
				parser.pause();
				send(size, meta.cursor).then(() => (signal.aborted ? parser.abort() : parser.resume()), (cause) => { parser.abort(); reject(cause); });
			},
			complete: () => void send(1, file.size).then(resolve, reject),
			error: reject,
		});
	});
}

function judged(row: ImportRow, columns: number): ReadRow {
	const extra = row.values.slice(columns);
	if (extra.some((value) => value.trim() !== '')) return { ...row, error: 'too-many-columns' };
	if (row.values.some((value) => value.includes('\uFFFD') || value.includes('\u0000'))) return { ...row, error: 'encoding' };
	return { ...row, values: row.values.slice(0, columns) };
}
