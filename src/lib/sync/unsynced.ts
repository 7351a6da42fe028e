import * as Y from 'yjs';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { CommandQueue } from './command-queue.svelte.ts';
import type { DeviceStore } from './device-store.ts';
import type { Documents } from './documents.svelte.ts';

/**
 * A JSON file of the work that no server has (SY4, SY5): for each document what it reads as (`rows`) and its whole Yjs state
 * (`update`, base64), then the commands. Documents whose type can't be loaded have no `rows`.
 */
export async function exportOf(
	store: DeviceStore,
	documents: Documents,
	queue: CommandQueue,
	typeOf: (id: string) => Promise<DocumentType>,
	at: number,
): Promise<Blob> {
	await store.flush();
	const waiting = await store.unacked().catch(() => new Map<string, number>());
	for (const document of documents.open) if (document.waiting > 0) waiting.set(document.id, document.waiting);
	const exported = [];
	for (const [id, edits] of waiting) {
		const open = documents.open.find((document) => document.id === id);
		const doc = open?.doc ?? (await restored(store, id));
		const type = await typeOf(id).catch(() => null);
		exported.push({ id, edits, rows: type?.projection(doc) ?? null, update: base64(Y.encodeStateAsUpdate(doc)) });
	}
	const commands = [...queue.waiting, ...queue.held, ...queue.refused];
	return new Blob([JSON.stringify({ exportedAt: new Date(at).toISOString(), documents: exported, commands }, null, '\t')], { type: 'application/json' });
}

async function restored(store: DeviceStore, id: string): Promise<Y.Doc> {
	const doc = new Y.Doc();
	for (const update of (await store.load(id)).updates) Y.applyUpdate(doc, update);
	return doc;
}

function base64(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return btoa(text);
}
