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

export type DeviceDatabaseOptions = {
	/** close() and a wipe, here or by another tab, are for good and later work fails: what somebody took off the device must not be written back by a tab that hasn't heard of it. */
	staysClosed?: boolean;
	/** Another tab has taken the database off the device since it was opened here: what this tab wrote into it is there no more. */
	onWiped?: () => void;
};

/** A database's stores by name, each with how it is made. One that a device hasn't got yet is added when the database is opened. */
export type Stores = Readonly<Record<string, (database: IDBDatabase) => void>>;

const openWithin = 5_000;
/** Of a connection that is gone, or of a version that another tab has just raised: opening again mends both. */
const passing = ['InvalidStateError', 'VersionError'];

/** What became of a connection: gone by itself, raised to another version by another tab, or wiped by one; `new`: there was no database of this name. */
type News = 'lost' | 'raised' | 'wiped' | 'new';

/** Opens `name` on first use, with `stores`. */
export function deviceDatabase(factory: IDBFactory, name: string, stores: Stores, { staysClosed = false, onWiped = () => {} }: DeviceDatabaseOptions = {}): DeviceDatabase {
	let opening: Promise<IDBDatabase> | null = null;
	let isEnded = false;
	let wasOpened = false;
	/** `isFinal`: it was closed or wiped, not lost or raised to another version. */
	const forget = (isFinal: boolean) => {
		opening = null;
		isEnded ||= isFinal && staysClosed;
		if (isFinal) wasOpened = false;
	};
	const hear = (news: News) => {
		// Wiped while the connection was gone, it is noticed when it is made anew.
		const isWiped = news === 'wiped' || (news === 'new' && wasOpened);
		if (news !== 'new') forget(news === 'wiped');
		if (isWiped) onWiped();
	};
	const open = () => {
		if (isEnded) return Promise.reject(new DOMException('The database was closed or taken off the device', 'NotFoundError'));
		return (opening ??= opened(factory, name, stores, hear).then(
			(database) => ((wasOpened = true), database),
			(cause) => (forget(false), Promise.reject(cause)),
		));
	};

	const attempt = async <T>(mode: IDBTransactionMode, work: (transaction: IDBTransaction) => Promise<T> | T): Promise<T> => {
		const database = await open();
		const transaction = database.transaction([...database.objectStoreNames], mode);
		const committed = new Promise<void>((resolve, reject) => {
			transaction.oncomplete = () => resolve();
			transaction.onabort = () => reject(transaction.error ?? new DOMException('The device gave the write up', 'AbortError'));
		});
		committed.catch(() => {});
		try {
			const result = await work(transaction);
			// Not left to the browser, which would commit only after it has told this tab that all is written: a tab that goes away before it hears that would lose it.
			if (mode === 'readwrite') commit(transaction);
			await committed;
			return result;
		} catch (cause) {
			abandon(transaction);
			throw cause;
		}
	};

	return {
		run: async (mode, work) => {
			try {
				return await attempt(mode, work);
			} catch (cause) {
				if (!(cause instanceof DOMException) || !passing.includes(cause.name)) throw cause;
				forget(false);
				return attempt(mode, work);
			}
		},
		close: () => {
			void opening?.then((database) => database.close()).catch(() => {});
			forget(true);
		},
		wipe: async () => {
			const last = opening;
			forget(true);
			(await last?.catch(() => null))?.close();
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

/** Asks for the commit now: requests under way come before it. */
function commit(transaction: IDBTransaction): void {
	try {
		transaction.commit();
	} catch {
		// Over already, or a browser that commits by itself only.
	}
}

/** Undoes what work that failed half-way has written: all of it is kept, or nothing. */
function abandon(transaction: IDBTransaction): void {
	try {
		transaction.abort();
	} catch {
		// The browser has given it up already.
	}
}

/** Whether work failed because the database was closed for good, or taken off the device by another tab. */
export const isTakenOff = (cause: unknown): boolean => cause instanceof DOMException && cause.name === 'NotFoundError';

/** The answer of one request. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

/** Whatever version the device has, raised by one when it lacks a store: those that Dexie made (ADR 12) start at 10. */
async function opened(factory: IDBFactory, name: string, stores: Stores, tell: (news: News) => void): Promise<IDBDatabase> {
	const database = await connection(factory, name, stores, tell);
	if (Object.keys(stores).every((store) => database.objectStoreNames.contains(store))) return database;
	database.close();
	return connection(factory, name, stores, tell, database.version + 1);
}

function connection(factory: IDBFactory, name: string, stores: Stores, tell: (news: News) => void, version?: number): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		// Some browsers' open() never answers after a crash; that is a failure like any other.
		const timer = setTimeout(() => reject(new DOMException('The device’s storage does not answer', 'TimeoutError')), openWithin);
		const request = factory.open(name, version);
		request.onupgradeneeded = ({ oldVersion }) => {
			if (oldVersion === 0) tell('new');
			for (const [store, make] of Object.entries(stores)) if (!request.result.objectStoreNames.contains(store)) make(request.result);
		};
		request.onerror = () => (clearTimeout(timer), reject(request.error));
		request.onsuccess = () => {
			clearTimeout(timer);
			const database = request.result;
			database.onclose = () => tell('lost');
			database.onversionchange = ({ newVersion }) => {
				database.close();
				tell(newVersion === null ? 'wiped' : 'raised');
			};
			resolve(database);
		};
	});
}
