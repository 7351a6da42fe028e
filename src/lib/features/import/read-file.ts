/** Reads a CSV file as it comes, a piece at a time: 200 MB take no more memory than 2. */
import type { ImportRow } from '#domain/import/mapping.ts';

export type Encoding = 'utf-8' | 'windows-1252';
export type Sample = { header: string[]; rows: string[][]; encoding: Encoding; delimiter: string; newline: string };
/** A row that was read, or why it can't be. `line` counts from 1, the header's; a quoted line break counts too. */
export type ReadRow = ImportRow & { error?: 'too-many-columns' | 'encoding' | 'unclosed-quote' };

const sampleBytes = 1_000_000;
const pieceBytes = 512 * 1024;
/** Characters that no honest row has, quoted line breaks and all; and how many of an unreadable line are kept for the error file. */
const longestRow = 256 * 1024;
const shownOfLine = 1_000;

/** The header and first rows; UTF-8 unless its bytes are not. Throws `empty` when there is nothing to read. */
export async function sampleOf(file: Blob): Promise<Sample> {
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
	return { header, rows: data.slice(1), encoding, delimiter: meta.delimiter, newline: meta.linebreak };
}

/**
 * Hands every row after the header to `take`, `size` at a time, and waits for it; `signal` stops the reading. `read` in `take` is the bytes read so far.
 * A quote that is never closed would swallow what follows: its line alone is handed over as unreadable, and reading goes on behind it.
 */
export async function readRows(file: Blob, sample: Omit<Sample, 'rows'>, size: number, take: (rows: ReadRow[], read: number) => Promise<void>, signal: AbortSignal): Promise<void> {
	const { default: Papa } = await import('papaparse');
	// Papa's own streaming keeps an unfinished row however long it gets; its parser tells where the last whole row ended.
	const parser = new (Papa.Parser as unknown as new (config: object) => { parse(text: string, from: number, isLastLeft: boolean): { data: string[][]; meta: { cursor: number } } })(sample);
	const { newline } = sample;
	const decoder = new TextDecoder(sample.encoding);
	const waiting: ReadRow[] = [];
	let [text, line, isSkipping] = ['', 0, false];

	/** Gives up the line that the text begins with: it opens a quote, or it has no end. */
	const giveUp = () => {
		const end = text.indexOf(newline);
		waiting.push({ line: ++line, values: [text.slice(0, end === -1 ? shownOfLine : Math.min(end, shownOfLine))], error: 'unclosed-quote' });
		isSkipping = end === -1;
		text = isSkipping ? '' : text.slice(end + newline.length);
	};
	const parse = () => {
		const { data, meta } = parser.parse(text, 0, true);
		text = text.slice(meta.cursor);
		for (const values of data) {
			const first = ++line;
			line += values.reduce((breaks, value) => breaks + value.split(newline).length - 1, 0);
			if (first > 1 && values.some((value) => value.trim() !== '')) waiting.push(judged({ line: first, values }, sample.header.length));
		}
	};

	for (let read = 0; read < file.size && !signal.aborted; ) {
		const bytes = await file.slice(read, read + pieceBytes).arrayBuffer();
		read += bytes.byteLength;
		const isLast = read >= file.size;
		text += decoder.decode(bytes, { stream: !isLast });
		if (isLast && !text.endsWith(newline)) text += newline;
		if (isSkipping) {
			const end = text.indexOf(newline);
			text = end === -1 ? '' : text.slice(end + newline.length);
			isSkipping = end === -1;
		}
		for (parse(); text.length > longestRow || (isLast && text !== ''); parse()) giveUp();
		while ((waiting.length >= size || (isLast && waiting.length > 0)) && !signal.aborted) await take(waiting.splice(0, size), read);
	}
}

function judged(row: ImportRow, columns: number): ReadRow {
	const extra = row.values.slice(columns);
	if (extra.some((value) => value.trim() !== '')) return { ...row, error: 'too-many-columns' };
	if (row.values.some((value) => value.includes('\uFFFD') || value.includes('\u0000'))) return { ...row, error: 'encoding' };
	return { ...row, values: row.values.slice(0, columns) };
}
