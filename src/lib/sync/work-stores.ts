/**
 * What keeps one person's work in one workspace on the device. It outlives the places that use it (another role is another place): what a
 * device that is full hasn't taken yet is in its memory, for the next place, until it is kept or this tab ends.
 */
import { CommandStore } from './command-store.ts';
import { DeviceStore } from './device-store.ts';
import type { Environment } from './environment.ts';
import { databaseName } from './left-work.ts';

export class WorkStores {
	readonly documents: DeviceStore;
	readonly commands: CommandStore;
	#places = 0;

	constructor(userId: string, workspaceId: string, environment: Environment) {
		this.documents = new DeviceStore(databaseName('documents', userId, workspaceId), '', environment);
		this.commands = new CommandStore(databaseName('commands', userId, workspaceId), environment);
	}

	/** A place begins, as the tab `tab`. `onProblem` hears why the device can't keep its documents, and null when it can. */
	serve(tab: string, onProblem: (problem: string | null) => void): void {
		this.#places++;
		this.documents.serve(tab, onProblem);
	}

	/** A place ended. */
	close(): void {
		this.#places--;
		this.rest();
	}

	/** Without a place nothing is open, unless something is still to be kept. */
	rest(): void {
		if (this.#places > 0) return;
		void this.documents.close();
		this.commands.close();
	}

	/** Takes all of it off the device (S17). */
	async wipe(): Promise<void> {
		await Promise.allSettled([this.documents.wipe(), this.commands.wipe()]);
	}
}
