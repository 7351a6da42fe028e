/** Search in the mirror as a person types: every word somewhere in the row, without case or accents; 10,000 customers within a frame. */
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { Environment } from './environment.ts';

/** Lower case, without accents, single spaces: `Société  Élan` → `societe elan`. */
export function plain(text: string): string {
	const lower = text.toLowerCase();
	// Most text is plain already, and 30,000 rows are made plain before the first key.
	const bare = /[^\x00-\x7f]/.test(lower)
		? lower
				.normalize('NFD')
				.replace(/\p{M}/gu, '')
				.replace(/[ßœæøł]/g, (letter) => spelled[letter]!)
		: lower;
	return bare.replace(/\s+/g, ' ').trim();
}

/** Letters that no accent makes. */
const spelled: Record<string, string> = { ß: 'ss', œ: 'oe', æ: 'ae', ø: 'o', ł: 'l' };

/** What is searched of a row, most telling first. */
const texts: { [K in MirrorKind]?: (row: MirrorRows[K]) => (string | null)[] } = {
	customer: (row) => [row.name, row.domain, row.externalId],
	contact: (row) => [row.name, row.email, row.title],
	playbook: (row) => [row.name, row.draft?.description],
	person: (row) => [row.name, row.email],
	task: (row) => [row.title, row.description],
	mail: (row) => [row.subject, row.to.join(' '), row.text],
	interaction: (row) => [row.title, row.body],
	tag: (row) => [row.name],
	stage: (row) => [row.name],
	team: (row) => [row.name],
	field: (row) => [row.name],
	note: (row) => [row.title, row.excerpt],
	template: (row) => [row.name],
};

/** Rows don't change, they are replaced: what was made plain of one is kept as long as the row. */
const made = new WeakMap<object, string>();

function plainOf<K extends MirrorKind>(kind: K, row: MirrorRows[K]): string {
	const found = made.get(row);
	if (found !== undefined) return found;
	const text = plain((texts[kind]?.(row) ?? []).filter(Boolean).join(' | '));
	made.set(row, text);
	return text;
}

/** Makes rows plain ahead of the first key, some at a time: returns how many were done from `from` on. */
export function prepare<K extends MirrorKind>(kind: K, rows: readonly MirrorRows[K][], from: number, count: number): number {
	const some = rows.slice(from, from + count);
	for (const row of some) plainOf(kind, row);
	return some.length;
}

/** Rows that hold every word of `text`; those that begin with it first, then by where it is found. An empty text gives all, in their order. */
export function searchRows<K extends MirrorKind>(
	kind: K,
	rows: readonly MirrorRows[K][],
	text: string,
	more: (row: MirrorRows[K]) => string = () => '',
): readonly MirrorRows[K][] {
	const words = plain(text).split(' ').filter(Boolean);
	const first = words[0];
	if (first === undefined) return rows;
	const ranks: MirrorRows[K][][] = [[], [], [], []];
	for (const row of rows) {
		const own = plainOf(kind, row);
		const at = own.indexOf(first);
		if (words.every((word) => own.includes(word))) ranks[at === 0 ? 0 : own[at - 1] === ' ' ? 1 : 2]!.push(row);
		else {
			const also = more(row);
			if (also !== '' && words.every((word) => own.includes(word) || also.includes(word))) ranks[3]!.push(row);
		}
	}
	return ranks.flat();
}

/** The plain names of each customer's contacts, made anew only when contacts changed. */
export function contactNames(): (contacts: readonly MirrorRows['contact'][]) => Map<string, string> {
	let of: readonly MirrorRows['contact'][] | null = null;
	let names = new Map<string, string>();
	return (contacts) => {
		if (contacts === of) return names;
		of = contacts;
		names = new Map();
		for (const contact of contacts) names.set(contact.customerId, `${names.get(contact.customerId) ?? ''} ${plainOf('contact', contact)}`);
		return names;
	};
}

/** Rows made ready for search at a time: about 2 ms on a phone. */
const bite = 500;

/** Readies the search in small bites, so that neither the first key nor any frame waits for it. */
export class SearchReadying {
	#environment: Pick<Environment, 'setTimeout' | 'clearTimeout'>;
	#rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][];
	#timer: unknown = null;
	#isEnded = false;

	constructor(environment: Pick<Environment, 'setTimeout' | 'clearTimeout'>, rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][]) {
		this.#environment = environment;
		this.#rows = rows;
	}

	/** Begins anew: rows have changed. */
	begin(from = 0): void {
		this.#environment.clearTimeout(this.#timer);
		this.#timer = this.#environment.setTimeout(() => {
			const done = prepare('customer', this.#rows('customer'), from, bite) + prepare('contact', this.#rows('contact'), from, bite);
			if (done > 0 && !this.#isEnded) this.begin(from + bite);
		}, 20);
	}

	end(): void {
		this.#isEnded = true;
		this.#environment.clearTimeout(this.#timer);
	}
}
