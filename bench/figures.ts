/** Figures of what is compared, one of each round, by name and row: kept in a file between the pieces of a long run, shown as a table of medians. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** The value that `part` of the list (0 to 1) is not above. NaN for an empty list. */
export const percentile = (list: number[], part: number): number => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? NaN;

const shown = (value: number | null): string => (value === null ? 'none' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '') || '0');

/** How the table treats rows: which are better when higher, which are counts, shown as a sum of another row's sum, and which names the first is compared with. */
export type TableStyle = { isHigherBetter: (row: string) => boolean; counts: Record<string, string>; rivals: readonly string[] };

export class Figures {
	readonly #file: string | undefined;
	readonly #kept: Record<string, Record<string, number[]>>;

	/** `file`: where earlier pieces left theirs, and where these go; undefined keeps nothing. */
	constructor(file: string | undefined) {
		this.#file = file;
		this.#kept = file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, number[]>>) : {};
	}

	note(name: string, row: string, value: number): void {
		((this.#kept[name] ??= {})[row] ??= []).push(value);
	}

	save(): void {
		if (this.#file) writeFileSync(this.#file, JSON.stringify(this.#kept));
	}

	/** Markdown: a column for each of `names` that has figures, the first against the best of its rivals. */
	table(names: readonly string[], { isHigherBetter, counts, rivals }: TableStyle): string {
		const here = names.filter((name) => this.#kept[name]);
		const totals = new Set(Object.values(counts));
		const rows = [...new Set(here.flatMap((name) => Object.keys(this.#kept[name]!)))].filter((row) => !totals.has(row));
		const sum = (name: string, row: string) => (this.#kept[name]?.[row] ?? []).reduce((all, one) => all + one, 0);
		const lines = [`| | ${here.join(' | ')} | ours against the best |`, `|---|${here.map(() => '---:').join('|')}|---:|`];
		for (const row of rows) {
			const of = counts[row];
			if (of !== undefined) {
				lines.push(`| ${row} | ${here.map((name) => (this.#kept[name]![row] ? `${sum(name, row)} of ${sum(name, of).toLocaleString('en')}` : 'none')).join(' | ')} | |`);
				continue;
			}
			const valueOf = (name: string) => (this.#kept[name]?.[row] ? percentile(this.#kept[name][row], 0.5) : null);
			const found = here.map(valueOf);
			const others = rivals.map(valueOf).filter((value) => value !== null);
			const best = isHigherBetter(row) ? Math.max(...others) : Math.min(...others);
			const isCompared = here[0] === names[0] && found[0] !== null && others.length > 0;
			lines.push(`| ${row} | ${found.map(shown).join(' | ')} | ${isCompared ? `${(isHigherBetter(row) ? best / found[0]! : found[0]! / best).toFixed(2)} ×` : ''} |`);
		}
		const most = Math.max(0, ...here.flatMap((name) => Object.values(this.#kept[name]!).map((list) => list.length)));
		return `${lines.join('\n')}\n\nMedians of up to ${most} rounds.`;
	}
}
