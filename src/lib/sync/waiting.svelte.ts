/** How many edits of this device wait for the room to keep them, counted for each tab that made them: all tabs say the same number (SY4, ADR 13). */

/** By tab: how many of its edits. Never changed, always replaced. */
export type Mark = Readonly<Record<string, number>>;

export class Waiting {
	#tab: string;
	/** Edits made so far, and how many of them the room keeps (S4). */
	#made = $state.raw<Mark>({});
	#kept = $state.raw<Mark>({});
	/** How many of this tab's edits the device has taken. */
	#stored = $state(0);

	/** `made`: how many edits this tab made before, when it had the document open already; all of them kept or given up. */
	constructor(tab: string, made = 0) {
		this.#tab = tab;
		if (made > 0) this.#made = this.#kept = { [tab]: made };
		this.#stored = made;
	}

	/** Reactive: the edits of all tabs, also of those that are gone, that the room hasn't acknowledged. */
	get total(): number {
		return Object.keys(this.#made).reduce((sum, tab) => sum + this.#of(tab), 0);
	}

	/** This tab's edits that the room hasn't acknowledged. */
	get own(): number {
		return this.#of(this.#tab);
	}

	/** Reactive: what this tab made is on the device, or in the room: it would not be lost with the tab. */
	get isStored(): boolean {
		return this.own === 0 || this.counts.made <= this.#stored;
	}

	/** This tab's counts, to be told to the others. */
	get counts(): { made: number; kept: number } {
		return { made: this.#made[this.#tab] ?? 0, kept: this.#kept[this.#tab] ?? 0 };
	}

	/** All that this tab knows, also of tabs that are gone: to be told, with their edits, to a lead that may never have met them. */
	get known(): [tab: string, made: number, kept: number][] {
		return Object.entries(this.#made).map(([tab, made]) => [tab, made, this.#kept[tab] ?? 0]);
	}

	/** The edits that the room hasn't acknowledged, by the tabs that made them. */
	get unacked(): { tab: string; count: number; made: number }[] {
		return this.known.map(([tab, made]) => ({ tab, count: this.#of(tab), made })).filter(({ count }) => count > 0);
	}

	/** All that was made so far: a frame remembers it, its acknowledgement gives it back to `keep`. The same object as long as nothing is made. */
	get mark(): Mark {
		return this.#made;
	}

	/** This tab made an edit. */
	edit(): void {
		this.#made = { ...this.#made, [this.#tab]: this.counts.made + 1 };
	}

	/** The device has taken the first `made` edits of this tab. */
	store(made: number): void {
		this.#stored = Math.max(this.#stored, made);
	}

	/** What the device had taken was taken off it. */
	unstore(): void {
		this.#stored = 0;
	}

	/** What another tab says of itself, or the device's store of one that is gone. */
	hear(tab: string, made: number, kept: number): void {
		if (tab === this.#tab) return;
		if (made > (this.#made[tab] ?? 0)) this.#made = { ...this.#made, [tab]: made };
		this.keep({ [tab]: kept });
	}

	/** The room keeps all up to `mark`. */
	keep(mark: Mark): void {
		const further = Object.entries(mark).filter(([tab, count]) => count > (this.#kept[tab] ?? 0));
		if (further.length > 0) this.#kept = { ...this.#kept, ...Object.fromEntries(further) };
	}

	#of(tab: string): number {
		return Math.max(0, (this.#made[tab] ?? 0) - (this.#kept[tab] ?? 0));
	}
}
