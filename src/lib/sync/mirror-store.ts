/** The mirror's rows on the device: a store per kind, and how far they reach. One database per user and workspace. */
import { type MirrorKind, mirrorKinds, type SyncedRow } from '#domain/mirror.ts';
import { answered, deviceDatabase, type DeviceDatabase, type Stores } from './device-database.ts';

export type StoredRow = { id: string; seq: number; data: unknown };
/**
 * `cursor` as the server gave it; `scope` is the right the rows were sent under: another right means other rows. `edition` grows when the
 * device's rows are begun anew: tabs of one edition have the same rows under them.
 */
export type Reach = { cursor: string | null; syncedAt: number | null; scope: string; edition: number };
/** What became of rows to keep: the device's are of another right by now, or were begun anew without those that came before. */
export type Kept = 'kept' | 'other-scope' | 'other-edition';

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
	reach(scope: string): Promise<Reach> {
		return this.#database.run('readwrite', async (work) => {
			const found = await reachIn(work);
			return found?.scope === scope ? found : beginAnew(work, scope, found);
		});
	}

	/** Begins anew: no rows. */
	clear(scope: string): Promise<Reach> {
		return this.#database.run('readwrite', async (work) => beginAnew(work, scope, await reachIn(work)));
	}

	rows(kind: MirrorKind): Promise<StoredRow[]> {
		return this.#database.run('readonly', (work) => answered<StoredRow[]>(work.objectStore(kind).getAll()));
	}

	/** Keeps a page and how far it reaches, together or not at all: nothing when the device's rows aren't those it follows on. A row that another tab has newer stays. */
	keep(rows: readonly SyncedRow[], reach: Reach): Promise<Kept> {
		return this.#database.run('readwrite', async (work) => {
			const found = await reachIn(work);
			if (found && found.scope !== reach.scope) return 'other-scope';
			if (found && found.edition !== reach.edition) return 'other-edition';
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
			return 'kept';
		});
	}

	close(): void {
		this.#database.close();
	}

	async wipe(): Promise<void> {
		await this.#database.wipe();
	}
}

/** How far the rows reach; null where there are none. One that was kept before there were editions is of the first. */
async function reachIn(work: IDBTransaction): Promise<Reach | null> {
	const found: (Omit<Reach, 'edition'> & { edition?: number }) | undefined = await answered(work.objectStore('meta').get('reach'));
	return found ? { cursor: found.cursor, syncedAt: found.syncedAt, scope: found.scope, edition: found.edition ?? 0 } : null;
}

function beginAnew(work: IDBTransaction, scope: string, before: Reach | null): Reach {
	const reach: Reach = { cursor: null, syncedAt: null, scope, edition: (before?.edition ?? 0) + 1 };
	for (const store of Object.keys(stores)) work.objectStore(store).clear();
	work.objectStore('meta').put({ key: 'reach', ...reach });
	return reach;
}
