/* eslint-disable no-restricted-syntax -- IndexedDB knows nothing but transactions; R4 is about the store */
/**
 * One IndexedDB connection that outlives what browsers do to it: closed in the background (WebKit; realtime.md §4), refused,
 * or pushed out by another tab's wipe. Work asked for meanwhile fails to its caller, who keeps it and tries again (S17).
 */
export type DeviceDatabase = {
	/** Runs `work` in one transaction; resolves with what it returned, once committed. Reopens the connection once if the browser had closed it. */
	run: <T>(mode: IDBTransactionMode, work: (transaction: IDBTransaction) => Promise<T> | T) => Promise<T>;
	close: () => void;
	/** Removes the whole database from the device. */
	wipe: () => Promise<void>;
};

const openWithin = 5_000;

/** Opens `name` on first use; `upgrade` makes its stores. */
export function deviceDatabase(factory: IDBFactory, name: string, upgrade: (database: IDBDatabase) => void): DeviceDatabase {
	let opening: Promise<IDBDatabase> | null = null;
	const forget = () => {
		opening = null;
	};
	const open = () => (opening ??= opened(factory, name, upgrade, forget).catch((cause) => (forget(), Promise.reject(cause))));

	const attempt = async <T>(mode: IDBTransactionMode, work: (transaction: IDBTransaction) => Promise<T> | T): Promise<T> => {
		const database = await open();
		const transaction = database.transaction([...database.objectStoreNames], mode);
		const committed = new Promise<void>((resolve, reject) => {
			transaction.oncomplete = () => resolve();
			transaction.onabort = () => reject(transaction.error ?? new DOMException('The device gave the write up', 'AbortError'));
		});
		committed.catch(() => {});
		const result = await work(transaction);
		await committed;
		return result;
	};

	return {
		run: async (mode, work) => {
			try {
				return await attempt(mode, work);
			} catch (cause) {
				if (!(cause instanceof DOMException) || cause.name !== 'InvalidStateError') throw cause;
				forget();
				return attempt(mode, work);
			}
		},
		close: () => {
			void opening?.then((database) => database.close()).catch(() => {});
			forget();
		},
		wipe: async () => {
			const database = await opening?.catch(() => null);
			database?.close();
			forget();
			await new Promise<void>((resolve, reject) => {
				const request = factory.deleteDatabase(name);
				request.onsuccess = () => resolve();
				request.onerror = () => reject(request.error);
				// Other tabs let go by `versionchange`; the deletion then follows by itself.
				request.onblocked = () => resolve();
			});
		},
	};
}

/** The answer of one request. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

function opened(factory: IDBFactory, name: string, upgrade: (database: IDBDatabase) => void, onLost: () => void): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		// Some browsers' open() never answers after a crash; that is a failure like any other.
		const timer = setTimeout(() => reject(new DOMException('The device’s storage does not answer', 'TimeoutError')), openWithin);
		const request = factory.open(name, 1);
		request.onupgradeneeded = () => upgrade(request.result);
		request.onerror = () => (clearTimeout(timer), reject(request.error));
		request.onsuccess = () => {
			clearTimeout(timer);
			const database = request.result;
			database.onclose = onLost;
			database.onversionchange = () => {
				database.close();
				onLost();
			};
			resolve(database);
		};
	});
}
