/** The commands of one person in one workspace on the device (SY3). What the device can't take stays in memory and is tried again, until this tab ends. */
import { backoff } from './backoff.ts';
import { deviceDatabase, type DeviceDatabase } from './device-database.ts';
import type { Environment } from './environment.ts';
import { type QueuedCommand, readAll, stores } from './queued-command.ts';

export class CommandStore {
	#name: string;
	#environment: Environment;
	#database: DeviceDatabase | null = null;
	#unkept = new Map<string, QueuedCommand>();
	#isInUse = false;
	#failures = 0;
	#timer: unknown = null;
	#onProblem: (problem: string | null) => void = () => {};

	constructor(name: string, environment: Environment) {
		this.#name = name;
		this.#environment = environment;
		environment.onResume(() => void this.#keep());
	}

	/** A queue begins to use it. `onProblem` hears why a command can't be kept, and null when all are. */
	serve(onProblem: (problem: string | null) => void): void {
		[this.#isInUse, this.#onProblem] = [true, onProblem];
		if (this.#failures > 0) onProblem('storage-failed');
	}

	/** All commands, oldest first; throws when the device can't be read and none is in memory. */
	async all(): Promise<QueuedCommand[]> {
		const kept = await this.#read().catch((cause) => {
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
		[this.#isInUse, this.#onProblem] = [false, () => {}];
		this.#rest();
	}

	/** Removes all of them from the device. */
	async wipe(): Promise<void> {
		this.#unkept.clear();
		const database = this.#open();
		this.close();
		await database?.wipe();
	}

	async #keep(): Promise<void> {
		const commands = [...this.#unkept.values()];
		if (commands.length === 0 || !this.#environment.indexedDB) return;
		try {
			await this.#run((all) => commands.forEach((command) => all.put(command)));
			for (const command of commands) if (this.#unkept.get(command.id) === command) this.#unkept.delete(command.id);
			this.#failures = 0;
			this.#onProblem(null);
			this.#rest();
		} catch (cause) {
			this.#onProblem('storage-failed');
			this.#environment.clearTimeout(this.#timer);
			// Somebody took all of it off the device, in another tab.
			if (cause instanceof DOMException && cause.name === 'NotFoundError') return;
			this.#timer = this.#environment.setTimeout(() => void this.#keep(), backoff(this.#failures++, this.#environment.random));
		}
	}

	async #read(): Promise<QueuedCommand[]> {
		const database = this.#open();
		const read = database ? await readAll(database) : [];
		this.#rest();
		return read;
	}

	async #run(write: (commands: IDBObjectStore) => void): Promise<void> {
		await this.#open()?.run('readwrite', (work) => write(work.objectStore('command')));
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
