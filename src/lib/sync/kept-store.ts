/** What the device keeps besides rows, documents and commands: which documents it fetched ahead of time, and the last answers of the server. */
import { answered, deviceDatabase, type DeviceDatabase, type Stores } from './device-database.ts';

/** `stamp`: the state of the document's row when it was fetched; `at` when, ms UTC; `bytes` it takes. */
export type KeptDocument = { id: string; stamp: number; at: number; bytes: number };
export type KeptAnswer = { path: string; at: number; value: unknown };

/** Answers kept at most; the oldest go first. */
const answerLimit = 300;

const stores: Stores = {
	document: (database) => void database.createObjectStore('document', { keyPath: 'id' }),
	answer: (database) => void database.createObjectStore('answer', { keyPath: 'path' }).createIndex('at', 'at'),
};

/** Everything in it can be asked of the server again: a device that can't keep it loses nothing. */
export class KeptStore {
	#database: DeviceDatabase;

	constructor(name: string, factory: IDBFactory) {
		this.#database = deviceDatabase(factory, name, stores, { staysClosed: true });
	}

	async documents(): Promise<Map<string, KeptDocument>> {
		const rows: KeptDocument[] = await this.#database.run('readonly', (work) => answered(work.objectStore('document').getAll()));
		return new Map(rows.map((row) => [row.id, row]));
	}

	async keepDocument(row: KeptDocument): Promise<void> {
		await this.#database.run('readwrite', (work) => void work.objectStore('document').put(row));
	}

	async dropDocument(id: string): Promise<void> {
		await this.#database.run('readwrite', (work) => void work.objectStore('document').delete(id));
	}

	async answer(path: string): Promise<KeptAnswer | null> {
		const found: KeptAnswer | undefined = await this.#database.run('readonly', (work) => answered(work.objectStore('answer').get(path)));
		return found ?? null;
	}

	async keepAnswer(row: KeptAnswer): Promise<void> {
		await this.#database.run('readwrite', async (work) => {
			const store = work.objectStore('answer');
			store.put(row);
			const surplus = (await answered(store.count())) - answerLimit;
			if (surplus > 0) for (const path of await answered(store.index('at').getAllKeys(null, surplus))) store.delete(path);
		});
	}

	async dropAnswer(path: string): Promise<void> {
		await this.#database.run('readwrite', (work) => void work.objectStore('answer').delete(path));
	}

	close(): void {
		this.#database.close();
	}

	async wipe(): Promise<void> {
		await this.#database.wipe();
	}
}
