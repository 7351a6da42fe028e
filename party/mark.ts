/**
 * The mark that a document must still publish, as the automation room keeps it (S14). It is made with the first change and taken away when the
 * document has been quiet for a while, not with every publishing: each is a call and a write to the other room's disk.
 */

export class Mark {
	readonly #tell: (isDirty: boolean) => Promise<boolean>;
	/** Whether the automation room remembers the document, as far as this instance knows. */
	#isSet = false;
	#told: Promise<boolean> = Promise.resolve(true);

	/** `tell` says it to the automation room, and resolves with whether that was heard. */
	constructor(tell: (isDirty: boolean) => Promise<boolean>) {
		this.#tell = tell;
	}

	/** Says whether the document is remembered. A mark that nobody heard is none: the next one is told again. */
	async set(): Promise<boolean> {
		// What was told last, or is being told, is the mark.
		if (this.#isSet) return this.#told;
		this.#isSet = true;
		const isHeard = await this.#say(true);
		this.#isSet &&= isHeard;
		return isHeard;
	}

	/** Takes the mark away: everything is published. */
	clear(): void {
		if (!this.#isSet) return;
		this.#isSet = false;
		void this.#say(false);
	}

	/** The automation room asks, and forgets when it has its answer: a change from now on makes its own mark. */
	forget(): void {
		this.#isSet = false;
	}

	/** One thing after the other: taking away must not arrive after the next change's mark. */
	#say(isDirty: boolean): Promise<boolean> {
		return (this.#told = this.#told.then(() => this.#tell(isDirty)));
	}
}
