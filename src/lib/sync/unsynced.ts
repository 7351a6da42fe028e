/** Work that no server has, as a file to keep, and back from such a file (SY4, SY5). */
import { any, array, boolean, minLength, nullish, number, object, optional, pipe, safeParse, string, unknown, type InferOutput } from 'valibot';
import * as Y from 'yjs';
import { fromBase64, toBase64 } from '#domain/base64.ts';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { QueuedCommand } from './queued-command.ts';
import type { DeviceStore } from './device-store.ts';

export const fileLimit = 50_000_000;

const named = object({ id: string(), name: string() });
const file = object({
	exportedAt: string(),
	/** Whose work it is, and where it belongs. */
	user: nullish(named, null),
	workspace: nullish(named, null),
	documents: array(object({ id: pipe(string(), minLength(3)), edits: number(), name: nullish(string(), null), update: string() })),
	commands: array(object({ id: pipe(string(), minLength(8)), type: string(), args: unknown(), at: number(), ground: optional(array(any()), []), isTakenBack: optional(boolean(), false) })),
});

/** What a file holds. `name` is null where the document's type wasn't known to the device. */
export type UnsyncedFile = Omit<InferOutput<typeof file>, 'documents'> & { documents: { id: string; name: string | null; edits: number; update: Uint8Array<ArrayBuffer> }[] };
export type FileProblem = 'too-large' | 'not-json' | 'not-ours' | 'damaged' | 'elsewhere';

export type UnsyncedSource = {
	user: { id: string; name: string };
	workspace: { id: string; name: string };
	store: Pick<DeviceStore, 'flush' | 'unacked' | 'load'>;
	/** Documents open now: their memory is ahead of the store. */
	open: readonly { id: string; waiting: number; doc: Y.Doc }[];
	commands: readonly QueuedCommand[];
	typeOf: (id: string) => Promise<DocumentType>;
	/** Milliseconds UTC. */
	at: number;
};

/**
 * A JSON file: for each document with unsynced edits what it reads as (`rows`) and its whole Yjs state (`update`, base64), then the
 * commands. Documents whose type can't be loaded have no `rows`.
 */
export async function exportOf({ user, workspace, store, open, commands, typeOf, at }: UnsyncedSource): Promise<Blob> {
	await store.flush();
	const waiting = await store.unacked().catch(() => new Map<string, number>());
	for (const document of open) if (document.waiting > 0) waiting.set(document.id, document.waiting);
	const documents = [];
	for (const [id, edits] of waiting) {
		const doc = open.find((document) => document.id === id)?.doc ?? (await restored(store, id));
		const rows = (await typeOf(id).catch(() => null))?.projection(doc) ?? null;
		const name = rows?.[0]?.values.name ?? rows?.[0]?.values.title;
		documents.push({ id, edits, name: typeof name === 'string' ? name : null, rows, update: toBase64(Y.encodeStateAsUpdate(doc)) });
	}
	const content = { exportedAt: new Date(at).toISOString(), user: { id: user.id, name: user.name }, workspace: { id: workspace.id, name: workspace.name }, documents, commands };
	return new Blob([JSON.stringify(content, null, '\t')], { type: 'application/json' });
}

/**
 * Reads such a file, or says what is wrong with it: nothing of a file that is damaged anywhere is taken. `workspaceId`: where it is to be
 * put; work of another workspace (`workspace`: its name) is not, for a command that was answered here would never be done there.
 */
export function readUnsynced(text: string, workspaceId: string | null = null): { ok: true; value: UnsyncedFile } | { ok: false; problem: FileProblem; workspace?: string } {
	if (text.length > fileLimit) return { ok: false, problem: 'too-large' };
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return { ok: false, problem: 'not-json' };
	}
	const parsed = safeParse(file, json);
	if (!parsed.success) return { ok: false, problem: 'not-ours' };
	const { workspace } = parsed.output;
	if (workspaceId !== null && workspace !== null && workspace.id !== workspaceId) return { ok: false, problem: 'elsewhere', workspace: workspace.name };
	const documents = parsed.output.documents.map((document) => ({ ...document, update: fromBase64(document.update) }));
	if (!documents.every(({ id, update }) => update !== null && isReadable(id, update))) return { ok: false, problem: 'damaged' };
	return { ok: true, value: { ...parsed.output, documents: documents as UnsyncedFile['documents'] } };
}

/** Whether an update can be read, and is of the document it is filed under. */
function isReadable(id: string, update: Uint8Array): boolean {
	try {
		const doc = docOf(update);
		const own = doc.getMap('meta').get('id');
		return own === undefined || own === id;
	} catch {
		return false;
	}
}

/** The document that an exported update holds. Throws when it can't be read. */
export function docOf(update: Uint8Array): Y.Doc {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, update);
	return doc;
}

async function restored(store: Pick<DeviceStore, 'load'>, id: string): Promise<Y.Doc> {
	const doc = new Y.Doc();
	for (const update of (await store.load(id)).updates) Y.applyUpdate(doc, update);
	return doc;
}
