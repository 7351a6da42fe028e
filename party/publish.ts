/**
 * Publishes a document (step 4 of the walk): heals it, compares its projection with what was published last, and commits rows and events
 * in one guarded batch. One publishing at a time, with one more after it when something came meanwhile. If it fails, the document stays
 * dirty and the automation room's sweep tries again (S14); the room itself does only until that room knows of it.
 */
import { databaseOf, type Database } from '#db/client.ts';
import { customerOf, publish, publishedOf, type Publication, type Published } from '#db/projection.ts';
import type { EventDraft, Healing } from '#domain/documents/document-type.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { Again } from './again.ts';
import { callRoom } from './call.ts';
import { system, type Copy } from './copy.ts';
import { difference } from './difference.ts';
import { eventId } from './event-id.ts';
import { alert } from './host.ts';
import { Mark } from './mark.ts';
import type { Settings } from './settings.ts';

/** How long after a write the publishing begins, in ms: a burst is published once. */
const delayMs = 150;
/** How long after the last publishing it is noted on disk and the mark is taken away, in ms: while people write neither is worth a write. */
const quietMs = 1_000;
/** A guard that keeps failing means another instance is alive and newer. */
const attempts = 3;
/** What rooms find by themselves has no author. */
const byRoom = new Set<EventDraft['type']>(['content.healed', 'conflict.opened', 'conflict.expired']);

export class Publisher {
	readonly #id: string;
	readonly #settings: Settings;
	readonly #healed: (healing: Healing, userId: string) => void;
	readonly #deleted: () => void;
	/** Its customer is deleted (CU10): what is written waits here, and nobody asks for it until it is restored. */
	#isDeleted = false;
	/** What is in libSQL, as far as this instance knows; undefined = read it. */
	#published: Published | null | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** It is time to publish, once the write has been made that is due anyway. */
	#isDue = false;
	#quiet: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<boolean> | null = null;
	#next: Promise<boolean> | null = null;
	readonly #again = new Again();
	/** Grows when a copy is given up. */
	#term = 0;
	#mayHeal = true;
	/** What was healed and is not yet told by an event. */
	#healings: (Healing & { author: string | null })[] = [];
	#database: Database | null = null;
	readonly #mark = new Mark((isDirty) => this.#call('automation', `${this.#workspace}_0`, 'dirty', { doc: this.#id, isDirty, by: this.#instance }));
	#workspace = '';
	/** This instance among those of its room: a stale one must not take away the newer one's mark (S11). */
	readonly #instance = crypto.randomUUID();

	/** `deleted`: a change can't be published because the customer is deleted. */
	constructor(id: string, settings: Settings, healed: (healing: Healing, userId: string) => void, deleted: () => void) {
		this.#id = id;
		this.#settings = settings;
		this.#healed = healed;
		this.#deleted = deleted;
	}

	/** Says that the document has changed: the automation room remembers it until it is published (S14). */
	changed(copy: Copy, isHealing: boolean): void {
		if (!isHealing) this.#mayHeal = true;
		if (copy.log.head) void this.#remember(copy);
	}

	/** The automation room's sweep asks: publishes what is left. It forgets the document once it is answered, unless something came meanwhile. */
	async asked(copy: Copy): Promise<boolean> {
		this.#mark.forget();
		const isPublished = copy.isDirty ? await this.now(copy) : false;
		if (copy.isDirty && !this.#isDeleted) void this.#remember(copy);
		return isPublished;
	}

	/** Publishes soon, when there is something to publish: after a write, so that it asks for none of its own. */
	schedule(copy: Copy): void {
		if (this.#isDue) return this.#due(copy);
		if (copy.isDirty)
			this.#timer ??= setTimeout(() => {
				this.#timer = undefined;
				if (copy.hasUnwritten) this.#isDue = true;
				else this.#due(copy);
			}, delayMs);
	}

	#due(copy: Copy): void {
		this.#isDue = false;
		if (copy.isDirty) void this.#try(copy);
	}

	/** Publishes now, or, when something came since the publishing under way read the document, after it. Says whether anything was published; throws when libSQL could not be reached. */
	now(copy: Copy): Promise<boolean> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#isDue = false;
		if (!this.#running) return (this.#running = this.#run(copy).finally(() => (this.#running = null)));
		return (this.#next ??= this.#running.catch(() => false).then((isPublished) => {
			this.#next = null;
			return copy.isDirty ? this.now(copy) : isPublished;
		}));
	}

	/** Gives up what was scheduled: the copy it was for is finished. The next copy schedules its own. */
	end(): void {
		clearTimeout(this.#timer);
		clearTimeout(this.#quiet);
		this.#timer = undefined;
		this.#isDue = false;
		this.#again.stop();
		this.#term++;
	}

	/** Publishes, or leaves it to the sweep. When that can't be told either, nobody else would ever do it: both are tried again. */
	async #try(copy: Copy): Promise<void> {
		const term = this.#term;
		try {
			await this.now(copy);
		} catch (error) {
			alert(this.#id, 'publishing failed; it is tried again by the sweep', error);
			const isRemembered = await this.#remember(copy);
			if (!isRemembered && copy.isDirty && term === this.#term) this.#again.later(() => void this.#try(copy));
		}
	}

	/** Tells the automation room that the document must still publish, unless it knows. Says whether it does. */
	#remember(copy: Copy): Promise<boolean> {
		this.#workspace = copy.log.head!.workspace;
		return this.#mark.set();
	}

	async #run(copy: Copy): Promise<boolean> {
		for (let attempt = 1; attempt <= attempts; attempt++) {
			const outcome = await this.#attempt(copy);
			if (outcome !== 'stale') return outcome === 'published';
		}
		throw new Error('A newer instance of this room publishes: this one is stale and changed nothing.');
	}

	async #attempt(copy: Copy): Promise<'published' | 'clean' | 'stale'> {
		if (!copy.log.head) return 'clean';
		const database = (this.#database ??= databaseOf(this.#settings, copy.log.head.workspace));
		const base = this.#published === undefined ? await publishedOf(database, this.#id) : this.#published;
		this.#heal(copy, base);
		await copy.written();
		const epoch = await copy.log.claimEpoch();
		await copy.written();
		const position = copy.log.position;
		if (base && base.epoch > epoch) return 'stale';
		const publication = await this.#publication(copy, base, { epoch, position, rows: copy.type.projection(copy.doc) });
		const hasNews = base === null || publication.changed.length + publication.vanished.length + publication.events.length > 0;
		// A newer instance says so even when nothing has changed: what an older one has on its way must meet its guard (S11).
		if (hasNews || base.epoch < epoch) {
			this.#published = undefined;
			const seq = await publish(database, publication);
			if (seq === null) return 'stale';
			this.#isDeleted = seq === 'deleted';
			if (seq === 'deleted') return this.#putAside();
			this.#healings = [];
			this.#published = publication.next;
			if (hasNews) this.#tell(publication, seq);
		} else this.#published = base;
		copy.notePublished(position);
		this.#again.stop();
		clearTimeout(this.#quiet);
		this.#quiet = setTimeout(() => void this.#settle(copy).catch((error) => alert(this.#id, 'how far it is published could not be noted', error)), quietMs);
		return hasNews ? 'published' : 'clean';
	}

	/** Its customer is deleted: the sweep need not come, and whoever sits here is told. */
	#putAside(): 'clean' {
		this.#mark.clear();
		this.#again.stop();
		this.#deleted();
		return 'clean';
	}

	/** Heals in one system transaction, once for each change from outside, so that two versions never heal each other in turns (S12). */
	#heal(copy: Copy, base: Published | null): void {
		if (!this.#mayHeal) return;
		this.#mayHeal = false;
		let healings: Healing[] = [];
		copy.doc.transact(
			() => {
				restoreIdentity(copy, this.#id);
				healings = copy.type.heal(copy.doc, base?.rows ?? null);
			},
			{ ...system, isHealing: true },
		);
		for (const healing of healings) {
			const actor = copy.authorOf(healing.path)?.actor;
			if (actor?.kind === 'user') this.#healed(healing, actor.id);
			this.#healings.push({ ...healing, author: actor?.id ?? null });
		}
	}

	async #publication(copy: Copy, base: Published | null, next: Published): Promise<Publication> {
		const { workspace, type } = copy.log.head!;
		const at = Date.now();
		const subject = { subjectType: type as EventDraft['subjectType'], subjectId: this.#id, customerId: type === 'customer' ? this.#id : customerOf(next.rows) };
		const drafts = [...copy.type.events(base?.rows ?? null, next.rows), ...this.#healings.map(({ path, ...data }): EventDraft => ({ ...subject, path, type: 'content.healed', data: { path, ...data } }))];
		// Authors are read before anything is waited for: they may be forgotten meanwhile (S9).
		const ticks = this.#ticks(copy, base, next, at);
		const authored = drafts.map((draft) => ({ draft, author: byRoom.has(draft.type) ? null : copy.authorOf(draft.path) }));
		const changes = difference(base?.rows ?? [], next.rows, copy.type.stamps, at);
		const events = await Promise.all(
			authored.map(async ({ draft: { path, ...draft }, author }, n): Promise<RecordedEvent> => {
				const id = await eventId([this.#id, next.epoch, path, next.position, draft.type, n]);
				return { ...draft, id, at: author?.at ?? at, actor: author?.actor ?? system.actor, cause: author?.cause ?? null };
			}),
		);
		return { doc: this.#id, workspace, type, at, base, next, events, ticks: await ticks, ...changes };
	}

	/** Boxes that changed, under who changed them: whoever brings a tick made offline is not who made it (S11). */
	#ticks(copy: Copy, base: Published | null, next: Published, at: number): Promise<NonNullable<Publication['ticks']>> {
		const found = (copy.type.ticks?.(base?.rows ?? null, next.rows) ?? []).map((tick) => ({ ...tick, author: copy.authorOf(tick.path) }));
		return Promise.all(
			found.map(async ({ path, task: taskId, item, isDone, author }) => {
				const id = await eventId([this.#id, next.epoch, path, next.position, 'tick', taskId]);
				return { taskId, item, isDone, actor: author?.actor ?? system.actor, now: author?.at ?? at, eventId: id };
			}),
		);
	}

	#tell({ workspace, events, ticks = [] }: Publication, seq: number): void {
		this.#call('workspace', workspace, 'poke', { seq });
		if (events.length + ticks.length > 0) this.#call('automation', `${workspace}_0`, 'wake', {});
	}

	/** Nothing came for a while: the next start need not publish again, and nobody needs to remember the document. What comes later settles itself. */
	async #settle(copy: Copy): Promise<void> {
		if (copy.isDirty) return;
		this.#mark.clear();
		await copy.log.keepPublished();
	}

	async #call(party: 'workspace' | 'automation', room: string, verb: string, body: unknown): Promise<boolean> {
		const answer = await callRoom(this.#settings, party, room, verb, body);
		if (!answer.ok) console.warn(`${this.#id}: ${verb} at ${party}/${room} failed (${answer.status}): ${answer.message.slice(0, 200)}`);
		return answer.ok;
	}
}

/** A document's own id, type and workspace are the room's to say, whatever a client wrote there. */
function restoreIdentity(copy: Copy, id: string): void {
	const meta = copy.doc.getMap('meta');
	for (const [key, value] of Object.entries({ id, type: copy.log.head!.type, workspace: copy.log.head!.workspace })) if (meta.get(key) !== value) meta.set(key, value);
}
