/** The documents open on this device: shared by their callers, held open until everything made in them has arrived (S16). */
import { OpenDocument, type OpenDocumentOptions } from './open-document.svelte.ts';
import { alone, type Tabs } from './tabs.ts';

export type DocumentsOptions = Omit<OpenDocumentOptions, 'id' | 'type' | 'tabs' | 'madeBefore' | 'onClose'> & {
	typeOf: (id: string) => ReturnType<OpenDocumentOptions['type']>;
	/** One tab holds the links for all; left out, this tab is alone. */
	tabs?: Tabs;
	/** How long a document stays open after its last caller, in ms: a page left and entered again finds it. */
	lingers?: number;
};

/** After the device couldn't be read: what may wait there is looked for again, in ms. */
const readAgainIn = 2_000;

export class Documents {
	#options: DocumentsOptions;
	#callers = new Map<string, number>();
	/** In the lead: what other tabs have open, by tab and document. */
	#held = new Map<string, Map<string, OpenDocument>>();
	/** Edits of this tab in documents that it has closed since: what the device, or another tab, still has marked as waiting is told by it. */
	#made = new Map<string, number>();
	#tabs: Tabs;
	#stops: (() => void)[];
	#timer: unknown = null;
	#isEnded = false;
	/** Reactive: all that are open, also those that only wait for their room. */
	open = $state.raw<readonly OpenDocument[]>([]);

	constructor(options: DocumentsOptions) {
		this.#options = options;
		const tabs = (this.#tabs = options.tabs ?? alone(options.environment));
		this.#stops = [
			tabs.on('documents', ({ join, leave, drop, ...body }, from) => {
				if (drop) {
					this.#giveUp(drop);
					void options.store.discard(drop).catch(() => {});
				}
				if (tabs.isLead && join) this.#hold(join, from).welcome(body, from);
				if (leave) this.#letGo(leave, from);
			}),
			options.environment.onResume(() => tabs.isLead && void this.#sendLeftOvers()),
			options.store.whenWiped(() => this.open.forEach((document) => document.copy.wiped())),
			tabs.onGone((tab) => [...(this.#held.get(tab)?.keys() ?? [])].forEach((id) => this.#letGo(id, tab))),
			tabs.follow((isLead) => {
				// Edits made before the last reload, or by a tab that is gone, are sent without anybody opening their pages.
				if (isLead) void this.#sendLeftOvers();
				else for (const [tab, held] of this.#held) [...held.keys()].forEach((id) => this.#letGo(id, tab));
			}),
		];
	}

	/** Opens a document, or joins who has it open already. Every caller closes it once. */
	openDocument(id: string): OpenDocument {
		this.#callers.set(id, (this.#callers.get(id) ?? 0) + 1);
		const found = this.open.find((document) => document.id === id);
		if (found) return found;
		const { typeOf, onAcknowledged, ...options } = this.#options;
		const document = new OpenDocument({
			...options,
			id,
			tabs: this.#tabs,
			madeBefore: this.#made.get(id) ?? 0,
			type: () => typeOf(id),
			onClose: (closed) => this.#close(closed),
			onAcknowledged: (acknowledged) => {
				onAcknowledged(acknowledged);
				this.#endIfIdle(acknowledged);
			},
		});
		this.open = [...this.open, document];
		return document;
	}

	/** Tries again the rooms that said no, or are about to: a document made offline exists only once its command was accepted. */
	reconnect(): void {
		for (const document of this.open) document.reconnect();
	}

	/** Ends all of them at once (the person left). What still waits stays in the device's store, each document whole. */
	end(): void {
		this.#isEnded = true;
		this.#options.environment.clearTimeout(this.#timer);
		for (const stop of this.#stops) stop();
		for (const document of this.open) {
			document.copy.keepWaiting();
			document.end();
		}
		this.open = [];
		this.#callers.clear();
	}

	/** Ends one document whoever has it open, in all tabs: its edits are given up. A page that shows it takes no more. */
	drop(id: string): void {
		this.#tabs.post('documents', { drop: id });
		this.#giveUp(id);
	}

	#giveUp(id: string): void {
		const document = this.open.find((other) => other.id === id);
		this.open = this.open.filter((other) => other !== document);
		this.#callers.delete(id);
		for (const held of this.#held.values()) held.delete(id);
		if (document) this.#end(document);
	}

	#close(document: OpenDocument): void {
		const callers = (this.#callers.get(document.id) ?? 0) - 1;
		this.#callers.set(document.id, Math.max(0, callers));
		if (callers <= 0) this.#options.environment.setTimeout(() => void document.loaded.then(() => this.#endIfIdle(document)), this.#options.lingers ?? 3_000);
	}

	#endIfIdle(document: OpenDocument): void {
		if ((this.#callers.get(document.id) ?? 0) > 0 || !this.open.includes(document)) return;
		// Waiting edits keep their link, and those that no room will take stay in sight, until they were given up (SY5).
		if (document.waiting > 0) return;
		this.open = this.open.filter((other) => other !== document);
		this.#callers.delete(document.id);
		this.#end(document);
	}

	#end(document: OpenDocument): void {
		this.#made.set(document.id, document.made);
		document.end();
	}

	#hold(id: string, tab: string): OpenDocument {
		const held = this.#held.get(tab) ?? new Map<string, OpenDocument>();
		this.#held.set(tab, held);
		const document = held.get(id) ?? this.openDocument(id);
		held.set(id, document);
		return document;
	}

	#letGo(id: string, tab: string): void {
		this.#held.get(tab)?.get(id)?.close();
		this.#held.get(tab)?.delete(id);
	}

	async #sendLeftOvers(): Promise<void> {
		const waiting = await this.#options.store.unacked().catch(() => null);
		if (this.#isEnded || !this.#tabs.isLead) return;
		if (waiting === null) return void (this.#timer = this.#options.environment.setTimeout(() => void this.#sendLeftOvers(), readAgainIn));
		for (const [id, count] of waiting) {
			const open = this.open.find((document) => document.id === id);
			// By a tab that this one never heard: of another role, for one, until it too hears of a change.
			if (open && count > open.waiting) void open.copy.readAgain();
			else if (!open) this.openDocument(id).close();
		}
	}
}
