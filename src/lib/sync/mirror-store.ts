/* eslint-disable no-restricted-syntax -- IndexedDB knows nothing but transactions; R4 is about the store */
/** The mirror's rows on the device: a Dexie table per kind, and how far they reach. One database per user and workspace. */
import { Dexie, type Table } from 'dexie';
import { type MirrorKind, mirrorKinds, type SyncedRow } from '#domain/mirror.ts';

export type StoredRow = { id: string; seq: number; data: unknown };
/** `cursor` as the server gave it; `scope` is the right the rows were sent under: another right means other rows. */
export type Reach = { cursor: string | null; syncedAt: number | null; scope: string };

export class MirrorStore {
	#dexie: Dexie;

	constructor(name: string, factory: IDBFactory) {
		this.#dexie = new Dexie(name, { indexedDB: factory, IDBKeyRange: globalThis.IDBKeyRange });
		this.#dexie.version(1).stores({ ...Object.fromEntries(mirrorKinds.map((kind) => [kind, 'id'])), meta: 'key' });
		// Another tab wipes: let go, or its deletion waits for us.
		this.#dexie.on('versionchange', () => this.#dexie.close());
	}

	#table(kind: MirrorKind): Table<StoredRow, string> {
		return this.#dexie.table(kind);
	}

	/** How far the rows reach under `scope`; rows of another scope are removed first. */
	async reach(scope: string): Promise<Reach> {
		const found: (Reach & { key: string }) | undefined = await this.#dexie.table('meta').get('reach');
		if (found?.scope === scope) return { cursor: found.cursor, syncedAt: found.syncedAt, scope };
		const none: Reach = { cursor: null, syncedAt: null, scope };
		await this.clear(none);
		return none;
	}

	/** Begins anew: no rows, reaching as far as `reach` says. */
	async clear(reach: Reach): Promise<void> {
		await this.#dexie.transaction('rw', this.#dexie.tables, async () => {
			for (const table of this.#dexie.tables) await table.clear();
			await this.#dexie.table('meta').put({ key: 'reach', ...reach });
		});
	}

	rows(kind: MirrorKind): Promise<StoredRow[]> {
		return this.#table(kind).toArray();
	}

	/** Keeps a page and how far it reaches, together or not at all. A row that another tab has newer stays. */
	async keep(rows: readonly SyncedRow[], reach: Reach): Promise<void> {
		const kinds = [...new Set(rows.map((row) => row.kind))];
		await this.#dexie.transaction('rw', [...kinds, 'meta'], async () => {
			for (const kind of kinds) {
				const page = rows.filter((row) => row.kind === kind);
				const kept = await this.#table(kind).bulkGet(page.map((row) => row.id));
				const newer = page.filter((row, at) => (kept[at]?.seq ?? -1) <= row.seq);
				await this.#table(kind).bulkDelete(newer.filter((row) => row.data === null).map((row) => row.id));
				await this.#table(kind).bulkPut(newer.filter((row) => row.data !== null).map(({ id, seq, data }) => ({ id, seq, data })));
			}
			await this.#dexie.table('meta').put({ key: 'reach', ...reach });
		});
	}

	close(): void {
		this.#dexie.close();
	}

	async wipe(): Promise<void> {
		await this.#dexie.delete();
	}
}
