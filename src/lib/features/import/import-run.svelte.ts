/** One import on its way: sends rows in pieces, counts what became of them, can be cancelled, keeps every row that failed with its reason. */
import { call, mirror } from '$lib/sync/index.ts';
import type { ImportMapping, ImportResult } from '#domain/import/mapping.ts';
import { m } from '$lib/messages/messages.js';
import { readRows, type ReadRow, type Sample } from './read-file.ts';
import { reasonText } from './reasons.ts';

export type FailedRow = { line: number; reason: string; values: string[] };
const pieceSize = 100;
const mostShown = 50;

export class ImportRun {
	state = $state<'running' | 'done' | 'cancelled' | 'broken'>('running');
	created = $state(0);
	updated = $state(0);
	unchanged = $state(0);
	failed = $state(0);
	/** The first of those that failed; all of them are in the error file. */
	shown = $state.raw<readonly FailedRow[]>([]);
	/** Bytes read so far, of `total`. */
	read = $state(0);
	total: number;
	/** Why it stopped before its end; what was sent stays. */
	problem = $state<string | null>(null);
	#stop = new AbortController();
	#seen = new Set<string>();
	/** Failed rows of pieces gone by, as CSV: a browser keeps blobs off its heap, whatever their number. */
	#kept: Blob[] = [];
	#failing: FailedRow[] = [];

	constructor(file: File, sample: Sample, mapping: ImportMapping) {
		this.total = file.size;
		void this.#run(file, sample, mapping);
	}

	/** Nothing more is sent; what was imported stays. */
	cancel(): void {
		this.#stop.abort();
	}

	async #run(file: File, sample: Sample, mapping: ImportMapping): Promise<void> {
		const begun = await call<{ id: string }>('/api/imports', { fileName: file.name, rows: 0, mapping });
		if (!begun.ok) return this.#break(begun.message);
		try {
			await readRows(file, sample, pieceSize, (rows, read) => this.#send(begun.value.id, rows, mapping, read), this.#stop.signal);
			this.state = this.#stop.signal.aborted ? 'cancelled' : 'done';
		} catch (cause) {
			this.#break(cause instanceof Error ? cause.message : String(cause));
		}
		await call(`/api/imports/${begun.value.id}/end`, { state: this.state === 'done' ? 'done' : 'cancelled' });
		void mirror.pull();
	}

	async #send(id: string, rows: ReadRow[], mapping: ImportMapping, read: number): Promise<void> {
		const good = rows.filter((row) => !this.#refuse(row, mapping));
		if (good.length > 0) {
			const answer = await this.#patiently(`/api/imports/${id}/rows`, { from: good[0]!.line, rows: good.map(({ line, values }) => ({ line, values })) });
			const results: ImportResult[] = answer.results;
			const byLine = new Map(good.map((row) => [row.line, row]));
			for (const { line, outcome, reason } of results) {
				if (outcome === 'error') this.#fail(byLine.get(line)!, reason ?? 'unknown');
				else this[outcome]++;
			}
		}
		this.read = read;
		await this.#keepFailed();
	}

	async #keepFailed(): Promise<void> {
		if (this.#failing.length === 0) return;
		const { default: Papa } = await import('papaparse');
		const lines = Papa.unparse(this.#failing.map(({ line, reason, values }) => [line, reasonText(reason), ...values]));
		this.#kept.push(new Blob([lines, '\r\n']));
		this.shown = [...this.shown, ...this.#failing].slice(0, mostShown);
		this.#failing = [];
	}

	/** The rows that failed, each with its line and reason, as a file to mend and import again. */
	async errorFile(header: readonly string[]): Promise<Blob> {
		const { default: Papa } = await import('papaparse');
		// Excel reads UTF-8 only behind a byte-order mark.
		return new Blob(['\uFEFF', Papa.unparse([[m.import_line(), m.import_reason(), ...header]]), '\r\n', ...this.#kept], { type: 'text/csv' });
	}

	/** The same rows again under the same lines change nothing, so a lost answer is asked for again. */
	async #patiently(path: string, body: unknown): Promise<any> {
		for (let attempt = 0; ; attempt++) {
			const answer = await call(path, body);
			if (answer.ok) return answer.value;
			const isPassing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
			if (!isPassing || attempt >= 5 || this.#stop.signal.aborted) throw new Error(answer.message);
			await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
		}
	}

	/** What is wrong whatever the server holds: unreadable rows, and an id that the file has twice. */
	#refuse(row: ReadRow, mapping: ImportMapping): boolean {
		if (row.error) return this.#fail(row, row.error);
		const place = mapping.columns.findIndex((target) => target.to === 'customer' && target.field === 'externalId');
		const id = row.values[place]?.trim() ?? '';
		if (id === '') return this.#fail(row, 'missing-id');
		if (this.#seen.has(id)) return this.#fail(row, 'duplicate-id');
		this.#seen.add(id);
		return false;
	}

	#fail(row: ReadRow, reason: string): true {
		this.failed++;
		this.#failing.push({ line: row.line, reason, values: row.values });
		return true;
	}

	#break(problem: string): void {
		this.problem = problem;
		this.state = 'broken';
	}
}
