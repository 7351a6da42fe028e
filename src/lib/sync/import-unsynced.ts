/** Puts exported work back (SY4): edits merge into their documents, commands go under their own ids. Twice is as good as once. */
import * as Y from 'yjs';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { CommandQueue } from './command-queue.svelte.ts';
import type { Outcome } from './queued-command.ts';
import type { Documents } from './documents.svelte.ts';
import { docOf, type UnsyncedFile } from './unsynced.ts';

/** What became of a document's edits: `merged` (they are sent like any), `nothing-new`, or why they weren't taken. */
export type MergeResult = 'merged' | 'nothing-new' | 'no-right' | 'not-found' | 'unknown-type' | 'reload-needed';
export type ImportResult = {
	documents: { id: string; result: MergeResult }[];
	/** `outcome` resolves when the server has answered; null when the same command waits here already. */
	commands: { id: string; type: string; outcome: Promise<Outcome> | null }[];
};

export type ImportInto = {
	documents: Pick<Documents, 'openDocument'>;
	queue: Pick<CommandQueue, 'take'>;
	typeOf: (id: string) => Promise<DocumentType>;
	mayEdit: boolean;
	/** Whether this workspace has a document, or is about to. */
	isKnown: (id: string) => boolean;
	setTimeout: (run: () => void, ms: number) => unknown;
};

/** A document that isn't on the device and can't be fetched never becomes ready: its exported state is whole, and is merged all the same. */
const patience = 3_000;

/** Takes what was chosen of a file. */
export async function importUnsynced(file: UnsyncedFile, chosen: ReadonlySet<string>, into: ImportInto): Promise<ImportResult> {
	const wanted = file.commands.filter((command) => chosen.has(command.id));
	// First the commands: one of them may make the document that others edit.
	// The device that they come from may have sent them since: taken back, they are as those that were tried.
	const commands = wanted.map((command) => ({ id: command.id, type: command.type, outcome: into.queue.take({ ...command, state: 'waiting', reason: null, attempts: 1 }) }));
	const made = new Set(wanted.map(({ args }) => (args as { id?: unknown } | null)?.id));
	const documents = [];
	for (const { id, update } of file.documents.filter((document) => chosen.has(document.id))) documents.push({ id, result: await merge(id, update, made.has(id), into) });
	return { documents, commands };
}

async function merge(id: string, update: Uint8Array, isMade: boolean, { documents, typeOf, mayEdit, isKnown, setTimeout }: ImportInto): Promise<MergeResult> {
	if (!mayEdit) return 'no-right';
	const type = await Promise.resolve()
		.then(() => typeOf(id))
		.catch(() => null);
	if (type === null) return 'unknown-type';
	if (!isMade && !isKnown(id)) return 'not-found';
	const version = docOf(update).getMap('meta').get('schemaVersion');
	if (typeof version === 'number' && version > type.schemaVersion) return 'reload-needed';
	const document = documents.openDocument(id);
	try {
		await Promise.race([document.ready, new Promise<void>((resolve) => setTimeout(resolve, patience))]);
		// One whose content isn't here yet takes it too: it arrives whole.
		if (document.status.reason === 'no-right' || (document.isReady && document.status.isReadOnly)) return 'no-right';
		let isNew = false;
		const note = () => (isNew = true);
		document.doc.on('update', note);
		Y.applyUpdate(document.doc, update, document.origin);
		document.doc.off('update', note);
		return isNew ? 'merged' : 'nothing-new';
	} finally {
		document.close();
	}
}
