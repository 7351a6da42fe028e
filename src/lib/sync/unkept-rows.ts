/** Rows that the device hasn't taken: shown from memory until it does, and told to tabs that read it without them (S17). */
import { mirrorKinds, type SyncedRow } from '#domain/mirror.ts';

export class UnkeptRows {
	/** Rows that the device lacks: of the tab that fetched them, and of all that heard of them, for whoever leads next keeps them. */
	#lacking = new Map<string, SyncedRow>();
	/** Those and all that the device took late, as they are now: a tab that read the device before may lack them. */
	#late = new Map<string, SyncedRow>();

	get lacking(): SyncedRow[] {
		return [...this.#lacking.values()];
	}

	get late(): SyncedRow[] {
		return [...this.#late.values()];
	}

	get isEmpty(): boolean {
		return this.#lacking.size === 0;
	}

	/** Remembers rows that the device lacks, and those that it lacked; of these always the newest. */
	note(rows: readonly SyncedRow[], { isLacking, isLate }: { isLacking: boolean; isLate: boolean }): void {
		for (const row of rows.filter(({ kind }) => mirrorKinds.includes(kind))) {
			const key = `${row.kind} ${row.id}`;
			if (isLacking) this.#lacking.set(key, row);
			if (isLate || this.#late.has(key)) this.#late.set(key, row);
		}
	}

	/** The device has taken all of them. */
	taken(): void {
		this.#lacking.clear();
	}

	/** The device has refused them. */
	refused(): void {
		for (const [key, row] of this.#lacking) this.#late.set(key, row);
	}

	/** All rows are begun anew. */
	clear(): void {
		this.#lacking.clear();
		this.#late.clear();
	}
}
