/** The commands of one person in one workspace on the device (SY3). What the device can't take stays in memory and is tried again, until this tab ends. */
import { backoff } from './backoff.ts';
import { answered, deviceDatabase, type DeviceDatabase, isTakenOff } from './device-database.ts';
import type { Environment } from './environment.ts';
import { joined, type QueuedCommand, readAll, stores } from './queued-command.ts';

export class CommandStore {
	#name: string;
	#environment: Environment;
	#database: DeviceDatabase | null = null;
	#unkept = new Map<string, QueuedCommand>();
	/** The write that hasn't begun, and the one it comes after. */
	#next: Promise<void> | null = null;
	#last: Promise<void> = Promise.resolve();
	#isInUse = false;
	#failures = 0;
	#timer: unknown = null;
	/** Vain tries to read. */
	#unread = 0;
	#readTimer: unknown = null;
	#onProblem: (problem: string | null) => void = () => {};
	#onReadable: () => void = () => {};

	constructor(name: string, environment: Environment) {
		this.#name = name;
		this.#environment = environment;
		environment.onResume(() => void this.#keep());
	}

	/** A queue begins to use it. `onProblem` hears why commands can't be kept or read, and null when all can; `onReadable` when what couldn't be read can. */
	serve(onProblem: (problem: string | null) => void, onReadable: () => void): void {
		[this.#isInUse, this.#onProblem, this.#onReadable] = [true, onProblem, onReadable];
		if (this.#failures > 0) this.#tell();
	}

	/** All commands, oldest first; throws when the device can't be read and none is in memory. */
	async all(): Promise<QueuedCommand[]> {
		const kept = await this.#read().catch((cause) => {
			this.#readLater(cause);
			if (this.#unkept.size === 0) throw cause;
			return [];
		});
		return [...kept.filter(({ id }) => !this.#unkept.has(id)), ...this.#unkept.values()].sort((a, b) => a.at - b.at);
	}

	/** Keeps a command as it is now; resolves when it is on the device, or when the device refused. */
	async put(command: QueuedCommand): Promise<void> {
		// What somebody took off the device must not be written back by a queue that ended.
		if (!this.#isInUse) return;
		this.#unkept.set(command.id, command);
		await this.#keep();
	}

	async remove(id: string): Promise<void> {
		if (!this.#isInUse) return;
		this.#unkept.delete(id);
		// Where it can't be: it is sent again after a reload, and answered the same by its id.
		await this.#run((commands) => commands.delete(id)).catch(() => {});
	}

	/** Its queue ended. */
	close(): void {
		[this.#isInUse, this.#onProblem, this.#onReadable] = [false, () => {}, () => {}];
		this.#environment.clearTimeout(this.#readTimer);
		this.#unread = 0;
		this.#rest();
	}

	/** Removes all of them from the device. */
	async wipe(): Promise<void> {
		this.#unkept.clear();
		const database = this.#open();
		this.close();
		await database?.wipe();
	}

	/** Writes what isn't kept yet; all that comes before a write begins goes with it. Resolves when that write ended. */
	#keep(): Promise<void> {
		return (this.#next ??= this.#last = this.#last.then(() => {
			this.#next = null;
			return this.#write();
		}));
	}

	async #write(): Promise<void> {
		const commands = [...this.#unkept.values()];
		if (commands.length === 0 || !this.#environment.indexedDB) return;
		try {
			await this.#run((all) => Promise.all(commands.map((command) => keep(all, command))));
			for (const command of commands) if (this.#unkept.get(command.id) === command) this.#unkept.delete(command.id);
			this.#failures = 0;
			this.#tell();
			this.#rest();
		} catch (cause) {
			this.#onProblem('storage-failed');
			this.#environment.clearTimeout(this.#timer);
			// Somebody took all of it off the device, in another tab.
			if (isTakenOff(cause)) return;
			this.#timer = this.#environment.setTimeout(() => void this.#keep(), backoff(this.#failures++, this.#environment.random));
		}
	}

	/** What may wait there is not given up, unless another tab has taken it off the device. */
	#readLater(cause: unknown): void {
		if (!this.#isInUse) return;
		const wait = backoff(this.#unread++, this.#environment.random);
		this.#tell();
		this.#environment.clearTimeout(this.#readTimer);
		if (isTakenOff(cause)) return;
		this.#readTimer = this.#environment.setTimeout(() => void this.#read().then(() => this.#becomeReadable(), (again) => this.#readLater(again)), wait);
	}

	#becomeReadable(): void {
		this.#unread = 0;
		this.#tell();
		this.#onReadable();
	}

	#tell(): void {
		this.#onProblem(this.#failures + this.#unread > 0 ? 'storage-failed' : null);
	}

	async #read(): Promise<QueuedCommand[]> {
		const database = this.#open();
		const read = database ? await readAll(database) : [];
		this.#rest();
		return read;
	}

	async #run(write: (commands: IDBObjectStore) => unknown): Promise<void> {
		await this.#open()?.run('readwrite', async (work) => void (await write(work.objectStore('command'))));
	}

	#open(): DeviceDatabase | null {
		const { indexedDB } = this.#environment;
		if (indexedDB) this.#database ??= deviceDatabase(indexedDB, this.#name, stores, { staysClosed: true });
		return this.#database;
	}

	/** While no queue uses it and all is kept, nothing is open. */
	#rest(): void {
		if (this.#isInUse || this.#unkept.size > 0) return;
		this.#database?.close();
		this.#database = null;
	}
}

/** Another tab may have noted a try, or that it was taken back, that this one hasn't heard of: neither is ever undone. */
async function keep(all: IDBObjectStore, command: QueuedCommand): Promise<void> {
	const there: QueuedCommand | undefined = await answered(all.get(command.id));
	all.put(there?.state === 'waiting' ? joined(there, command) : command);
}
