/** Arguments for any edit of any document type, read off its schema, with ids of what is in the document; and what to type into rich text. */
import * as Y from 'yjs';
import { below, pick, type Chance } from './chance.ts';

/** Ids that edits name: a few, so that people meet; those of the document's own parts; now and then a new one. */
export type Ids = { known: string[]; fresh: () => string };

const words = ['Nord', 'Élan', 'Quartz', 'Vela', 'Brücke', '🌿 green', 'a', 'Società', 'Harbour', '日本'];

/** A value for a valibot schema. What it checks beyond its shape may still refuse it: an edit that is refused changes nothing. */
export function valueFor(schema: any, chance: Chance, ids: Ids, key = ''): unknown {
	const whole = schema.pipe?.[0] && schema.pipe[0] !== schema ? schema.pipe[0] : schema;
	switch (whole.type) {
		case 'object':
		case 'loose_object':
		case 'strict_object':
			return Object.fromEntries(Object.entries<any>(whole.entries).flatMap(([name, entry]) => (entry.type === 'optional' && chance() < 0.4 ? [] : [[name, valueFor(entry, chance, ids, name)]])));
		case 'optional':
		case 'exact_optional':
		case 'undefinedable':
			return valueFor(whole.wrapped, chance, ids, key);
		case 'nullable':
		case 'nullish':
			return chance() < 0.2 ? null : valueFor(whole.wrapped, chance, ids, key);
		case 'variant':
		case 'union':
			return valueFor(pick(chance, whole.options), chance, ids, key);
		case 'picklist':
			return pick(chance, whole.options);
		case 'literal':
			return whole.literal;
		case 'boolean':
			return chance() < 0.5;
		case 'number':
			return key === 'at' || key.endsWith('At') ? Date.UTC(2026, 0, 1 + below(chance, 700)) : below(chance, 1_000);
		case 'array':
			return Array.from({ length: below(chance, 3) }, () => valueFor(whole.item, chance, ids, key));
		case 'record':
			return {};
		case 'string':
			return textFor(schema, chance, ids, key);
		case 'lazy':
			return valueFor(whole.getter({}), chance, ids, key);
		default:
			return pick<unknown>(chance, [null, pick(chance, words), below(chance, 100), chance() < 0.5]);
	}
}

const takesId = (schema: any): boolean => schema.pipe?.some((part: any) => part.type === 'regex') ?? false;
const idKeys = /^(id|tag|userId|step|parent|branch|after|split|comment|owner|stage|team|item)$|Id$/;

function textFor(schema: any, chance: Chance, ids: Ids, key: string): string {
	if (idKeys.test(key) || (takesId(schema) && key !== 'param')) return chance() < 0.35 || ids.known.length === 0 ? ids.fresh() : pick(chance, ids.known);
	if (key === 'param') return pick(chance, ['subject', 'body', 'amount', 'title', 'note']);
	if (key === 'email') return `${ids.fresh()}@site.example`;
	return `${pick(chance, words)} ${below(chance, 1_000)}`;
}

/** Ids of a document's parts: the keys of its maps. */
export function idsIn(doc: Y.Doc): string[] {
	const found = new Set<string>();
	const look = (type: unknown, depth: number) => {
		if (!(type instanceof Y.Map) || depth > 2) return;
		for (const [key, value] of type.entries()) {
			if (/^[a-z0-9_-]{3,}$/.test(key) && !key.startsWith('f_')) found.add(key);
			look(value, depth + 1);
		}
	};
	for (const type of doc.share.values()) look(type, 0);
	return [...found];
}

/** Every rich text and line of text in a document, its named root fragments included. */
export function textsIn(doc: Y.Doc, roots: string[]): (Y.XmlFragment | Y.Text)[] {
	const found: (Y.XmlFragment | Y.Text)[] = roots.map((root) => doc.getXmlFragment(root));
	const look = (type: unknown) => {
		if (type instanceof Y.XmlFragment || type instanceof Y.Text) found.push(type);
		else if (type instanceof Y.Map) for (const value of type.values()) look(value);
	};
	for (const type of doc.share.values()) if (!found.includes(type as never)) look(type);
	return found;
}

/** What a hand at an editor does: a paragraph, a few letters, bold, something taken out. */
export function type(text: Y.XmlFragment | Y.Text, chance: Chance): void {
	if (text instanceof Y.Text) return scribble(text, chance);
	const at = below(chance, text.length + 1);
	const found = text.length > 0 ? text.get(Math.min(at, text.length - 1)) : null;
	if (found instanceof Y.XmlElement && found.length > 0 && found.get(0) instanceof Y.XmlText && chance() < 0.6) return scribble(found.get(0) as unknown as Y.Text, chance);
	if (text.length > 2 && chance() < 0.2) return text.delete(Math.min(at, text.length - 1), 1);
	const paragraph = new Y.XmlElement('paragraph');
	paragraph.insert(0, [new Y.XmlText(pick(chance, words))]);
	text.insert(at, [paragraph]);
}

function scribble(text: Y.Text, chance: Chance): void {
	const at = below(chance, text.length + 1);
	if (text.length > 3 && chance() < 0.25) text.delete(Math.min(at, text.length - 2), 1 + below(chance, 2));
	else if (text.length > 3 && chance() < 0.2) text.format(Math.min(at, text.length - 2), 2, { bold: {} });
	else text.insert(at, pick(chance, words));
}
