/** Search in the mirror as a person types: every word somewhere in the row, without case or accents; 10,000 customers within a frame. */
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';

/** Lower case, without accents, single spaces: `Société  Élan` → `societe elan`. */
export const plain = (text: string): string =>
	text
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/ß/g, 'ss')
		.replace(/œ/g, 'oe')
		.replace(/æ/g, 'ae')
		.replace(/ø/g, 'o')
		.replace(/ł/g, 'l')
		.replace(/\s+/g, ' ')
		.trim();

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
};

/** Rows don't change, they are replaced: what was made plain of one is kept as long as the row. */
const made = new WeakMap<object, string>();

function plainOf<K extends MirrorKind>(kind: K, row: MirrorRows[K]): string {
	const found = made.get(row);
	if (found !== undefined) return found;
	const text = plain((texts[kind]?.(row) ?? []).filter((part) => part !== null && part !== undefined).join('\n').replaceAll('\n', ' ¦ '));
	made.set(row, text);
	return text;
}

/** Rows that hold every word of `text`; those that begin with it first, then by where it is found. An empty text gives all, in their order. */
export function searchRows<K extends MirrorKind>(kind: K, rows: readonly MirrorRows[K][], text: string, more: (row: MirrorRows[K]) => string = () => ''): readonly MirrorRows[K][] {
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
