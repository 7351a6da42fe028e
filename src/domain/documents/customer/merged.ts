/**
 * Contacts that are one person (CU5). A merged contact stays in the document and names whom it was merged into, so that nothing of it is
 * lost: what somebody apart still writes on it counts, and taking it back is taking back one key. The survivor shows its own values, and
 * where it has none those of the others.
 */
import type * as Y from 'yjs';
import { contacts, entry, isCustomField, isValid, read } from './shape.ts';

const intoOf = (doc: Y.Doc, id: string): string | null => {
	const into = entry(contacts(doc), id)?.get('mergedInto');
	return typeof into === 'string' && into !== id && entry(contacts(doc), into) !== null ? into : null;
};

/** Who a contact is now: itself, or the one that it was merged into at last. Two merged into each other, apart: the one with the smaller id. */
export function survivorOf(doc: Y.Doc, id: string): string {
	const way = [id];
	for (let into = intoOf(doc, id); into !== null; into = intoOf(doc, into)) {
		if (way.includes(into)) return way.slice(way.indexOf(into)).sort()[0]!;
		way.push(into);
	}
	return way.at(-1)!;
}

/** The contacts that were merged into this one, in the order of their ids. */
export const mergedInto = (doc: Y.Doc, id: string): string[] => [...contacts(doc).keys()].filter((other) => other !== id && entry(contacts(doc), other) !== null && survivorOf(doc, other) === id).sort();

/** Everybody who counts as a contact of their own, by id, with those merged into them. */
export function survivors(doc: Y.Doc): Map<string, string[]> {
	const found = new Map<string, string[]>();
	for (const id of [...contacts(doc).keys()].sort()) {
		if (entry(contacts(doc), id) === null) continue;
		const survivor = survivorOf(doc, id);
		found.set(survivor, [...(found.get(survivor) ?? []), ...(survivor === id ? [] : [id])]);
	}
	return found;
}

/** The maps of a contact: its own first, then those of the contacts merged into it. */
export const mapsOf = (doc: Y.Doc, survivor: string, merged: readonly string[]): Y.Map<unknown>[] => [survivor, ...merged].flatMap((id) => entry(contacts(doc), id) ?? []);

const isBlank = (value: unknown): boolean => value === null || value === undefined || value === '';

/** A field of a contact: the first of its maps that holds one. */
export const firstOf = (maps: readonly Y.Map<unknown>[], field: string): unknown => {
	const values = maps.map((map) => read(map, 'contact', field));
	return values.find((value) => !isBlank(value)) ?? values[0];
};

/** Whether any of its maps has a flag (`role:…`, `tag:…`). */
export const hasFlag = (maps: readonly Y.Map<unknown>[], key: string): boolean => maps.some((map) => map.has(key));

/** Its custom fields, by id: of each the first value that there is. */
export function customOfAll(maps: readonly Y.Map<unknown>[]): Record<string, unknown> {
	const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].filter((key) => isCustomField(key)).sort();
	const values = keys.map((key) => [key, maps.map((map) => map.get(key)).find((value) => !isBlank(value) && isValid('contact', key, value))] as const);
	return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Who was merged into a contact, as they were written. */
export const mergedPeople = (doc: Y.Doc, id: string): { id: string; name: string; email: string | null }[] =>
	mergedInto(doc, id).map((other) => {
		const map = entry(contacts(doc), other)!;
		return { id: other, name: String(read(map, 'contact', 'name')), email: read(map, 'contact', 'email') as string | null };
	});
