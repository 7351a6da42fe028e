/** One person in one workspace on this device: their documents, lists, queue and links, in databases of their own. */
import { type MirrorKind, mirrorKinds } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Answer, Call, Failure } from './call.ts';
import { askWithMemory, type Show } from './answers.ts';
import { seenBy, type Seen } from '#domain/commands/ground.ts';
import type { Command } from '#domain/commands/command.ts';
import { commands } from '#domain/commands/index.ts';
import { CommandQueue } from './command-queue.svelte.ts';
import { documentTypeOf, documentTypes } from './document-types.ts';
import { Documents } from './documents.svelte.ts';
import type { Environment } from './environment.ts';
import type { Light } from './light.ts';
import { Keeping } from './keeping.svelte.ts';
import { KeptStore } from './kept-store.ts';
import { databaseName, type DatabasePart, rememberLeft } from './left-work.ts';
import { SyncLight } from './light.svelte.ts';
import { Mirror } from './mirror.svelte.ts';
import { isWhole } from './mirror-status.ts';
import { MirrorStore } from './mirror-store.ts';
import { newId } from './new-id.ts';
import type { OpenDocument } from './open-document.svelte.ts';
import { Projecting } from './projecting.ts';
import type { Session, SessionData } from './session.svelte.ts';
import { Tabs } from './tabs.ts';
import type { ImportResult } from './import-unsynced.ts';
import { exportOf, type UnsyncedFile } from './unsynced.ts';
import { Unsent } from './unsent.ts';
import { wantedDocuments } from './wanted.ts';
import type { WorkStores } from './work-stores.ts';
import { WorkspaceLink } from './workspace-link.svelte.ts';

export class Place {
	readonly key: string;
	readonly workspaceId: string;
	readonly user: { id: string; name: string };
	readonly workspace: { id: string; name: string };
	readonly documents: Documents;
	readonly mirror: Mirror;
	readonly queue: CommandQueue;
	readonly link: WorkspaceLink;
	/** How much of this person's work no server has. */
	readonly unsent: Unsent;
	/** Null on a device that keeps nothing. */
	readonly keeping: Keeping | null;
	#call: Call;
	#keptStore: KeptStore | null;
	#environment: Environment;
	#tabs: Tabs;
	#session: Session;
	#stores: WorkStores;
	#mirrorStore: MirrorStore | null;
	#storeProblem = $state<string | null>(null);
	#queueProblem = $state<string | null>(null);
	#light: SyncLight;
	#projecting: Projecting;
	#stops: (() => void)[];
	/** Another tab took all off the device: this person was taken out, or signed out there. */
	#isTakenOff = false;

	constructor(data: SessionData, session: Session, environment: Environment, call: Call, stores: WorkStores) {
		const { user, workspace, role } = data;
		const name = (part: DatabasePart) => databaseName(part, user.id, workspace.id);
		const fetchToken = (room: string): Promise<Answer<{ token: string; url: string }>> => call(`/api/rooms/token?room=${encodeURIComponent(room)}`);
		this.key = keyOf(data);
		this.workspaceId = workspace.id;
		[this.user, this.workspace, this.#stores] = [user, workspace, stores];
		this.#environment = environment;
		this.#session = session;
		// A tab that hasn't heard of a change of role yet sees other rows: it isn't one of these.
		const tabs = (this.#tabs = new Tabs(`cuebook:tabs:${user.id}:${workspace.id}:${role}`, newId(''), environment));
		stores.serve(tabs.id, (problem) => (this.#storeProblem = problem));
		this.#mirrorStore = environment.indexedDB ? new MirrorStore(name('mirror'), environment.indexedDB) : null;
		this.mirror = new Mirror({
			environment,
			call,
			store: this.#mirrorStore,
			tabs,
			scope: role,
			workspace: () => session.workspace ?? (workspace as Omit<WorkspaceSettings, 'stages' | 'fields' | 'tags' | 'teams' | 'people'>),
			onRefused: () => void session.load(),
			// This person's role was changed: with other rights come other rows, in a new mirror.
			onRows: (rows) => {
				this.keeping?.look();
				void this.keeping?.gone(rows.filter(({ kind, data }) => data === null && Object.hasOwn(documentTypes, kind)).map(({ id }) => id)).catch(() => {});
				if (rows.some((row) => row.kind === 'person' && row.id === user.id && row.data?.role !== session.role)) void session.load();
			},
		});
		this.#projecting = new Projecting(environment, (id, projection) => this.mirror.lay(id, projection));
		this.documents = new Documents({
			environment,
			fetchToken,
			typeOf: documentTypeOf,
			store: stores.documents,
			tabs,
			storageProblem: () => this.#storeProblem,
			mayEdit: () => session.may('document.edit'),
			isAwaited: (id) => this.queue.waiting.some(({ type, args }) => type.startsWith('create-') && (args as { id?: unknown } | null)?.id === id),
			queueLoaded: () => this.queue.loaded,
			onLocalChange: (document) => (this.#projecting.soon(document), this.#noteLeft()),
			onNoRight: () => void session.load(),
			onAcknowledged: (document) => {
				this.#projecting.now(document);
				this.mirror.acknowledge(document.id);
			},
		});
		this.queue = new CommandQueue({
			store: stores.commands,
			environment,
			call,
			tabs,
			onProblem: (problem) => (this.#queueProblem = problem),
			onAnswered: (command, outcome) => {
				if (outcome.status !== 'accepted') return;
				if (command.type === 'change-workspace') void session.load();
				void this.mirror.caughtUp().then(() => environment.onFrame(() => this.queue.seen(command.id)));
				this.documents.reconnect();
			},
		});
		this.link = new WorkspaceLink({
			environment,
			fetchToken,
			workspace: workspace.id,
			tabs,
			onPoke: (seq) => this.mirror.poke(seq),
			onLink: (state) => {
				this.mirror.isPoked = state.state === 'open';
				if (state.state === 'ended' && state.reason !== 'reload-needed') void session.load();
			},
		});
		this.#stops = [environment.onResume(() => void session.loadSometimes()), stores.documents.whenWiped(() => ((this.#isTakenOff = true), this.#noteLeft()))];
		const { documents, queue, mirror, link } = this;
		this.unsent = new Unsent(documents, queue, stores);
		this.#light = new SyncLight({ environment, documents, queue, mirror, link, storeProblem: () => this.#storeProblem, queueProblem: () => this.#queueProblem });
		this.#call = call;
		this.#keptStore = environment.indexedDB ? new KeptStore(name('kept'), environment.indexedDB) : null;
		this.keeping =
			this.#keptStore &&
			new Keeping({
				environment,
				call,
				documents: stores.documents,
				kept: this.#keptStore,
				isOpen: (id) => this.documents.open.some((document) => document.id === id),
				isHere: (id) => this.documents.open.some((document) => document.id === id && document.isReady),
				showRows: () => this.mirror.draw(),
				wanted: (limit) => (isWhole(this.mirror.status) ? wantedDocuments((kind) => this.mirror.rows(kind), user.id, limit) : null),
				deleted: () => this.mirror.rows('deletion').map(({ id }) => id),
				mayWork: () => tabs.isLead,
				storageProblem: () => this.#storeProblem,
				wishKey: `cuebook:keeping:${user.id}:${workspace.id}`,
			});
		void this.mirror.loaded.then(() => tabs.follow(() => this.keeping?.look()));
	}

	/** Reactive: the sync light (SY4). */
	get light(): Light {
		return this.#light.current;
	}

	/** Reactive: work that would be lost with this tab: neither the device nor a server has it. */
	get isAtRisk(): boolean {
		return this.documents.open.some(({ isStored }) => !isStored) || this.queue.isSaving || (this.#queueProblem !== null && this.queue.waiting.length > 0);
	}

	/** Reactive: the lists are as the server has them. */
	get isCurrent(): boolean {
		return this.#light.isCurrent;
	}

	/** What a command is based on, as this device shows it and as the server said it last. */
	groundNow(type: string, args: unknown): Seen[] {
		const command: Command | undefined = Object.hasOwn(commands, type) ? commands[type as keyof typeof commands] : undefined;
		if (!command?.ground) return [];
		return seenBy((read) => command.ground!(args, read), (kind, id) => this.mirror.row(kind, id), (kind, id) => this.mirror.served(kind, id));
	}

	/** Whether all work that no server has is on the device, once what is being written is written. */
	async isKept(): Promise<boolean> {
		await Promise.all([this.#stores.documents.flush(), this.queue.written()]);
		if (this.#storeProblem === null && this.#queueProblem === null) return true;
		const { edits, commands } = await this.unsent.count();
		return edits + commands === 0;
	}

	/** Reactive: documents whose rooms won't take this person's edits (any more) (SY5). */
	get refusedDocuments(): readonly OpenDocument[] {
		return this.documents.open.filter(({ waiting, status: { state, reason } }) => waiting > 0 && state === 'cannot' && (reason === 'no-right' || reason === 'not-found'));
	}

	/** Takes documents off the device with the edits that their rooms won't take: their person said so (SY5). */
	async discard(ids: readonly string[]): Promise<void> {
		for (const id of ids) {
			this.documents.drop(id);
			await this.#stores.documents.discard(id);
			this.mirror.acknowledge(id);
		}
	}

	/** Asks the server, showing first what the device remembers of the answer (SY2). */
	ask<T>(path: string, show: Show<T>): Promise<Failure | null> {
		return askWithMemory(this.#call, this.#keptStore, this.#environment.now, path, show);
	}

	/** Work that no server has, as a file to keep (SY4, SY5). */
	export(): Promise<Blob> {
		const { user, workspace, documents, queue } = this;
		const commands = [...queue.waiting, ...queue.held, ...queue.refused];
		return exportOf({ user, workspace, store: this.#stores.documents, open: documents.open, commands, typeOf: documentTypeOf, at: this.#environment.now() });
	}

	/** Puts exported work back, as far as this person may (SY4). */
	async import(file: UnsyncedFile, chosen: ReadonlySet<string>): Promise<ImportResult> {
		const { importUnsynced } = await import('./import-unsynced.ts');
		const { setTimeout } = this.#environment;
		const isKnown = (id: string) => this.#isListed(id) || this.queue.waiting.some(({ args }) => (args as { id?: unknown } | null)?.id === id);
		return importUnsynced(file, chosen, { documents: this.documents, queue: this.queue, typeOf: documentTypeOf, mayEdit: this.#session.may('document.edit'), isKnown, setTimeout });
	}

	/** Closes everything; what is on the device stays. */
	end(): void {
		this.#projecting.end();
		for (const stop of this.#stops) stop();
		this.#light.end();
		this.keeping?.end();
		this.#keptStore?.close();
		this.documents.end();
		this.link.close();
		this.queue.end();
		this.mirror.end();
		this.#tabs.end();
		this.#stores.close();
	}

	/** Closes everything and takes it off the device (S17). */
	async wipe(): Promise<void> {
		this.end();
		await Promise.allSettled([this.#stores.wipe(), this.#mirrorStore?.wipe(), this.#keptStore?.wipe()]);
	}

	/** What is kept here after all was taken off must be found by a visit that doesn't know this person any more (SY5). */
	#noteLeft(): void {
		const edits = this.documents.open.reduce((sum, { waiting }) => sum + waiting, 0);
		if (this.#isTakenOff && edits > 0) rememberLeft(this.#environment, this, { edits, commands: this.queue.waiting.length });
	}

	/** Whether the lists have a document's row: its kind is the id's prefix (S2). */
	#isListed(id: string): boolean {
		const kind = id.slice(0, id.indexOf('_')) as MirrorKind;
		return mirrorKinds.includes(kind) && this.mirror.row(kind, id) !== undefined;
	}
}

/** Another person, workspace or role is another place. */
export const keyOf = (data: SessionData): string => `${data.user.id} ${data.workspace.id} ${data.role}`;
