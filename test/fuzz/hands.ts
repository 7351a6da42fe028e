/** What people do in documents: any edit of the registry, by its schema; a new document type joins by itself, and may get better hands here. */
import * as Y from 'yjs';
import { actions } from '#domain/actions/index.ts';
import { fixedFields } from '#domain/documents/customer/shape.ts';
import type { DocumentType } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { triggers } from '#domain/triggers/index.ts';
import { edit } from '../../src/lib/sync/edit.ts';
import type { OpenDocument } from '../../src/lib/sync/open-document.svelte.ts';
import { undoOf } from '../../src/lib/sync/undo.svelte.ts';
import { idsIn, textsIn, type, valueFor, type Ids } from './arguments.ts';
import { below, pick, type Chance } from './chance.ts';

export const typeNames = Object.keys(documentTypes) as (keyof typeof documentTypes)[];

type Args = Record<string, any>;
/** Puts what a schema can't say into an edit's arguments: names of fields, of actions. */
type Hand = { refine?: (edit: string, args: Args, chance: Chance) => Args; texts?: string[]; seed?: Args };

const field = (subject: 'customer' | 'contact' | 'agreement', args: Args, chance: Chance): Args => {
	const name = pick(chance, [...fixedFields(subject).filter((one) => one !== 'parentId'), ...(subject === 'agreement' ? [] : ['f_plan', 'f_seats'])]);
	const value = name === 'email' ? `p${below(chance, 50)}@site.example` : ['mrr', 'noticeDays', 'startAt', 'endAt'].includes(name) ? below(chance, 3_000) : name === 'isTacit' ? chance() < 0.5 : name === 'status' ? pick(chance, ['PENDING', 'ACTIVE', 'CANCELLED']) : `v${below(chance, 40)}`;
	return { ...args, field: name, value: name !== 'name' && name !== 'mrr' && name !== 'noticeDays' && name !== 'isTacit' && name !== 'status' && chance() < 0.1 ? null : value };
};

const hands: Record<string, Hand> = {
	customer: {
		texts: ['focusAreas'],
		refine: (edit, args, chance) => (edit === 'set-field' ? field('customer', args, chance) : edit === 'set-contact-field' ? field('contact', args, chance) : edit === 'set-agreement-field' ? field('agreement', args, chance) : args),
	},
	playbook: {
		refine: (edit, args, chance) => {
			if (edit === 'set-trigger') return { type: pick(chance, Object.keys(triggers)) };
			if (edit === 'insert-step') return { ...args, action: pick(chance, Object.keys(actions)), params: undefined, after: chance() < 0.5 ? undefined : args['after'], ...(chance() < 0.5 ? { parent: 'root', branch: '' } : {}) };
			return args;
		},
	},
};

/** The arguments to make a document of a type with. */
export const seedFor = (name: keyof typeof documentTypes, chance: Chance, ids: Ids): unknown => ({ ...(valueFor(documentTypes[name].seed, () => 0.3 + chance() * 0.05, ids) as Args), ...hands[name]?.seed });

/** Something done in an open document, at the fourth try at the latest; says what, or null when all was refused. */
export function act(document: OpenDocument, chance: Chance, ids: Ids): string | null {
	if (document.type === null || document.status.state === 'loading' || document.status.isReadOnly) return null;
	for (let n = 0; n < 4; n++) {
		const done = attempt(document, document.type, chance, ids);
		if (done !== null) return done;
	}
	return null;
}

function attempt(document: OpenDocument, docType: DocumentType, chance: Chance, ids: Ids): string | null {
	const kind = chance();
	const hand = hands[docType.type] ?? {};
	if (kind < 0.08) return undoOf(document).canUndo ? (undoOf(document).undo(), 'undo') : null;
	if (kind < 0.11) return undoOf(document).canRedo ? (undoOf(document).redo(), 'redo') : null;
	if (kind < 0.35) {
		const texts = textsIn(document.doc, hand.texts ?? []);
		if (texts.length === 0) return null;
		document.doc.transact(() => type(pick(chance, texts), chance), document.origin);
		return 'typing';
	}
	const names = Object.keys(docType.edits).filter((name) => name !== 'restore');
	const name = pick(chance, names);
	const known = [...ids.known, ...idsIn(document.doc)];
	const args = valueFor(docType.edits[name]!.schema, chance, { known, fresh: ids.fresh }) as Args;
	return edit(document, name, hand.refine ? hand.refine(name, args, chance) : args).ok ? name : null;
}

/** The updates that something makes in a document. */
export function updatesOf(doc: Y.Doc, during: () => void): Uint8Array[] {
	const updates: Uint8Array[] = [];
	const listen = (update: Uint8Array) => void updates.push(update);
	doc.on('update', listen);
	try {
		during();
	} finally {
		doc.off('update', listen);
	}
	return updates;
}
