/** The mirror's rows on the device: a store per kind, and how far they reach. One database per user and workspace. */
import { type MirrorKind, mirrorKinds, type SyncedRow } from '#domain/mirror.ts';
import { answered, deviceDatabase, type DeviceDatabase, type Stores } from './device-database.ts';

export type StoredRow = { id: string; seq: number; data: unknown };
/** `cursor` as the server gave it; `scope` is the right the rows were sent under: another right means other rows. */
export type Reach = { cursor: string | null; syncedAt: number | null; scope: string };

const stores: Stores = {
	...Object.fromEntries(mirrorKinds.map((kind) => [kind, (database: IDBDatabase) => void database.createObjectStore(kind, { keyPath: 'id' })])),
	meta: (database) => void database.createObjectStore('meta', { keyPath: 'key' }),
};

export class MirrorStore {
	#database: DeviceDatabase;

	constructor(name: string, factory: IDBFactory) {
		this.#database = deviceDatabase(factory, name, stores, { staysClosed: true });
	}

	/** How far the rows reach under `scope`; rows of another scope are removed first. */
	async reach(scope: string): Promise<Reach> {
		const found: (Reach & { key: string }) | undefined = await this.#database.run('readonly', (work) => answered(work.objectStore('meta').get('reach')));
		if (found?.scope === scope) return { cursor: found.cursor, syncedAt: found.syncedAt, scope };
		const none: Reach = { cursor: null, syncedAt: null, scope };
		await this.clear(none);
		return none;
	}

	/** Begins anew: no rows, reaching as far as `reach` says. */
	async clear(reach: Reach): Promise<void> {
		await this.#database.run('readwrite', (work) => {
			for (const store of Object.keys(stores)) work.objectStore(store).clear();
			work.objectStore('meta').put({ key: 'reach', ...reach });
		});
	}

	rows(kind: MirrorKind): Promise<StoredRow[]> {
		return this.#database.run('readonly', (work) => answered<StoredRow[]>(work.objectStore(kind).getAll()));
	}

	/** Keeps a page and how far it reaches, together or not at all. A row that another tab has newer stays. */
	async keep(rows: readonly SyncedRow[], reach: Reach): Promise<void> {
		await this.#database.run('readwrite', async (work) => {
			// All are asked for before the first answer, in the page's order: a page of 2,000 is one wait, not 2,000.
			await Promise.all(
				rows.map(async ({ kind, id, seq, data }) => {
					const store = work.objectStore(kind);
					const kept: StoredRow | undefined = await answered(store.get(id));
					if ((kept?.seq ?? -1) > seq) return;
					if (data === null) store.delete(id);
					else store.put({ id, seq, data } satisfies StoredRow);
				}),
			);
			work.objectStore('meta').put({ key: 'reach', ...reach });
		});
	}

	close(): void {
		this.#database.close();
	}

	async wipe(): Promise<void> {
		await this.#database.wipe();
	}
}
