/** A command as the device keeps it until somebody has read the answer, and where. */
import type { Difference, Seen } from '#domain/commands/ground.ts';
import { answered, deviceDatabase, type DeviceDatabase, type Stores } from './device-database.ts';

export type Outcome = { status: 'accepted'; result?: any } | { status: 'held' | 'refused'; reason: string; message?: string; differences?: Difference[] };
export type QueuedCommand = {
	id: string;
	type: string;
	args: unknown;
	at: number;
	state: 'waiting' | 'held' | 'refused';
	reason: string | null;
	attempts: number;
	/** What it is based on, as it was seen when it was decided. */
	ground?: readonly Seen[];
	/** The person took it back; the server is still to hear of it. */
	isTakenBack?: boolean;
	/** Held: what had changed. */
	differences?: readonly Difference[];
};

/** The queue's database. */
export const stores: Stores = { command: (database) => void database.createObjectStore('command', { keyPath: 'id' }).createIndex('at', 'at') };

/** All that are kept, oldest first. */
export const readAll = (database: DeviceDatabase): Promise<QueuedCommand[]> => database.run('readonly', (work) => answered(work.objectStore('command').index('at').getAll()));

/** The commands in a queue that isn't in use, oldest first; none where they can't be read. */
export async function readCommands(factory: IDBFactory | undefined, name: string): Promise<QueuedCommand[]> {
	if (!factory) return [];
	const database = deviceDatabase(factory, name, stores);
	return readAll(database)
		.catch(() => [])
		.finally(() => database.close());
}
