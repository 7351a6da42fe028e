/** Work left on the device in a workspace that its person was taken out of (SY5): no server takes it, so it stays until it was exported or given up. */
import { deviceDatabase } from './device-database.ts';
import { documentTypeOf } from './document-types.ts';
import type { Environment } from './environment.ts';
import type { Unsynced } from './unsent.ts';
import { exportOf } from './unsynced.ts';
import type { WorkStores } from './work-stores.ts';

export type LeftWork = { user: { id: string; name: string }; workspace: { id: string; name: string }; edits: number; commands: number; at: number };

const key = 'cuebook.left';
const parts = ['documents', 'mirror', 'commands', 'kept'] as const;
export type DatabasePart = (typeof parts)[number];

/** The name of one of the databases of a person in a workspace. */
export const databaseName = (part: DatabasePart, userId: string, workspaceId: string): string => `cuebook:${part}:${userId}:${workspaceId}`;

export function leftWork({ storage }: Pick<Environment, 'storage'>): readonly LeftWork[] {
	try {
		const found: unknown = JSON.parse(storage?.getItem(key) ?? '[]');
		return Array.isArray(found) ? found : [];
	} catch {
		return [];
	}
}

const isOf = (work: LeftWork, userId: string, workspaceId: string) => work.user.id === userId && work.workspace.id === workspaceId;

/** Remembers how much somebody left in a workspace; the same place again replaces what was known of it. */
export function rememberLeft(environment: Environment, { user, workspace }: Pick<LeftWork, 'user' | 'workspace'>, { edits, commands }: Unsynced): void {
	const work = { user: { id: user.id, name: user.name }, workspace: { id: workspace.id, name: workspace.name }, edits, commands, at: environment.now() };
	write(environment, [...leftWork(environment).filter((other) => !isOf(other, user.id, workspace.id)), work]);
}

/** It isn't left any more: exported and discarded, or its person is back in the workspace. */
export function forgetLeft(environment: Environment, userId: string, workspaceId: string): void {
	write(environment, leftWork(environment).filter((other) => !isOf(other, userId, workspaceId)));
}

function write({ storage }: Environment, works: readonly LeftWork[]): void {
	try {
		if (works.length === 0) storage?.removeItem(key);
		else storage?.setItem(key, JSON.stringify(works));
	} catch {
		// Full or forbidden: the data stays, and is found again if its person comes back to the workspace.
	}
}

/** The same file as `exportOf` makes of a place in use. */
export async function exportLeft(environment: Environment, { user, workspace }: LeftWork, stores: WorkStores): Promise<Blob> {
	return exportOf({ user, workspace, store: stores.documents, open: [], commands: await stores.commands.all(), typeOf: documentTypeOf, at: environment.now() });
}

/** Takes it off the device for good. */
export async function discardLeft(environment: Environment, { user, workspace }: LeftWork, stores: WorkStores): Promise<void> {
	const { indexedDB } = environment;
	await stores.wipe();
	if (indexedDB) await Promise.allSettled(parts.map((part) => deviceDatabase(indexedDB, databaseName(part, user.id, workspace.id), {}).wipe()));
	forgetLeft(environment, user.id, workspace.id);
}
