/**
 * The device's part that screens may use (docs/protocol.md, The device); nothing else of lib/sync is imported from outside.
 * "Reactive" means: read it in a template, $derived or $effect.
 */
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Permission, Role } from '#domain/access/roles.ts';
import type { Seen } from '#domain/commands/ground.ts';
import type { Outcome, QueuedCommand } from './queued-command.ts';
import type { Show } from './answers.ts';
import type { Failure } from './call.ts';
import { Device, type SignOutAnswer } from './device.svelte.ts';
import { browserEnvironment } from './environment.ts';
import type { Keeping, KeepingWish } from './keeping.svelte.ts';
import type { ImportResult } from './import-unsynced.ts';
import type { LeftWork } from './left-work.ts';
import type { MirrorStatus } from './mirror-status.ts';
import type { OpenDocument } from './open-document.svelte.ts';
import type { Light } from './light.ts';
import { pushBrowser, type Push } from './push.svelte.ts';
import type { SessionData, WorkspaceScalars } from './session.svelte.ts';
import type { UnsyncedFile } from './unsynced.ts';
import type { Seat } from './workspace-link.svelte.ts';

export type { Answer, Failure } from './call.ts';
export type { Outcome, QueuedCommand } from './queued-command.ts';
export type { SignOutAnswer } from './device.svelte.ts';
export { edit, type EditAnswer } from './edit.ts';
export type { ImportResult, MergeResult } from './import-unsynced.ts';
export type { LeftWork } from './left-work.ts';
export type { FileProblem, UnsyncedFile } from './unsynced.ts';
export { keepingLimits, type KeepingWish } from './keeping.svelte.ts';
export type { MirrorStatus } from './mirror-status.ts';
export { newId } from './new-id.ts';
export type { DocumentStatus } from './document-status.ts';
export type { OpenDocument } from './open-document.svelte.ts';
export type { Peer } from './peers.ts';
export type { Light } from './light.ts';
export type { PushAnswer, PushState } from './push.svelte.ts';
export type { SessionData } from './session.svelte.ts';
export { type Undo, undoOf } from './undo.svelte.ts';
export { watch } from './watch.ts';
export type { Seat } from './workspace-link.svelte.ts';

const device = new Device(browserEnvironment(), pushBrowser());

/** Who is here (reactive). */
export const session = {
	get state(): 'loading' | 'signed-out' | 'ready' {
		return device.session.state;
	},
	get user(): SessionData['user'] | null {
		return device.session.user;
	},
	get role(): Role | null {
		return device.session.role;
	},
	get workspace(): WorkspaceScalars | null {
		return device.session.workspace;
	},
	get workspaces(): SessionData['workspaces'] {
		return device.session.workspaces;
	},
	/** The server couldn't be asked: the device remembers this person. */
	get isFromDevice(): boolean {
		return device.session.isFromDevice;
	},
	/** The session has ended while work was unsent: one stays at work here until one signs in again. */
	get isExpired(): boolean {
		return device.session.isExpired;
	},
	/** Why the server didn't say who is here: a code (`offline`, `no-workspace`, …) or null. */
	get problem(): string | null {
		return device.session.problem;
	},
	may: (permission: Permission): boolean => device.session.may(permission),
	/** Asks the server who is here; call it at start, after sign-in and after a change of workspace. */
	load: (): Promise<void> => device.session.load(),
	/** Refuses, with how much, while work would be lost; then offer `exportUnsynced()` and call it with `discardUnsynced`. */
	signOut: (options?: { discardUnsynced?: boolean }): Promise<SignOutAnswer> => device.signOut(options),
};

const nothing: WorkspaceSettings = {
	id: '',
	name: '',
	timeZone: 'UTC',
	language: 'en',
	workingDays: [1, 2, 3, 4, 5],
	holidays: [],
	stages: [],
	fields: [],
	tags: [],
	teams: [],
	people: [],
};
const none: readonly never[] = [];

/** The lists (reactive); empty while nobody is here. */
export const mirror = {
	rows: <K extends MirrorKind>(kind: K): readonly MirrorRows[K][] => device.place?.mirror.rows(kind) ?? none,
	row: <K extends MirrorKind>(kind: K, id: string): MirrorRows[K] | undefined => device.place?.mirror.row(kind, id),
	count: (kind: MirrorKind): number => device.place?.mirror.count(kind) ?? 0,
	/** Rows that hold every word of `text`, the best first; an empty text gives all. Customers are found by name, domain, external id and contacts. */
	search: <K extends MirrorKind>(kind: K, text: string): readonly MirrorRows[K][] => device.place?.mirror.search(kind, text) ?? none,
	searchCustomers: (text: string): readonly MirrorRows['customer'][] => device.place?.mirror.searchCustomers(text) ?? none,
	get settings(): WorkspaceSettings {
		return device.place?.mirror.settings ?? nothing;
	},
	get status(): MirrorStatus {
		return device.place?.mirror.status ?? { state: 'loading', syncedAt: null, received: 0, error: null };
	},
	/** Nothing newer is known to be missing: the last sync went well, and the workspace's socket would tell of more (reactive). */
	get isCurrent(): boolean {
		return device.place?.isCurrent ?? true;
	},
	pull: (): Promise<void> => device.place?.mirror.pull() ?? Promise.resolve(),
};

/** Reactive: work that would be lost with this tab: neither the device nor a server has it. */
export const isAtRisk = (): boolean => device.place?.isAtRisk ?? false;

/** Opens a document (counted: two callers share one); close() it once for each opening. Needs somebody signed in. */
export const openDocument = (id: string): OpenDocument => device.documents.openDocument(id);

/** What a command is based on, as the lists show it now (SY3). */
export const groundNow = (type: string, args: unknown): Seen[] => device.here.groundNow(type, args);

/**
 * Queues a command (docs/protocol.md, Commands). `outcome` resolves when the server has answered, which offline may be days. Give `id`
 * to make trying again the same command. It is held when its `ground` has changed by the time the server decides. For `keepBack` ms it stays here, so that `queue.cancel` undoes it.
 */
export const send = (type: string, args: unknown, id?: string, ground: readonly Seen[] = groundNow(type, args), keepBack = 0): { id: string; outcome: Promise<Outcome> } => device.here.queue.send(type, args, id, ground, keepBack);

/** Commands not answered yet, and those answered with a reason that somebody must read (reactive). */
export const queue = {
	get waiting(): readonly QueuedCommand[] {
		return device.place?.queue.waiting ?? none;
	},
	/** What a screen shows as done already: waiting, or accepted and not in the mirror's rows yet; in the order they were sent. */
	get unseen(): readonly QueuedCommand[] {
		return device.place?.queue.unseen ?? none;
	},
	get held(): readonly QueuedCommand[] {
		return device.place?.queue.held ?? none;
	},
	get refused(): readonly QueuedCommand[] {
		return device.place?.queue.refused ?? none;
	},
	/** Somebody read it. Returns how to put it back. */
	dismiss: (id: string): (() => void) => device.place?.queue.dismiss(id) ?? (() => {}),
	/** Takes a waiting command back; if the server was faster, its answer stands. */
	cancel: (id: string): Promise<void> => device.place?.queue.cancel(id) ?? Promise.resolve(),
};

/** Who is in the workspace, on which record (reactive, `seats.current`). */
export const seats = {
	get current(): readonly Seat[] {
		return device.place?.link.seats ?? none;
	},
};

/** The sync light (reactive). */
export const light = {
	get state(): Light['state'] {
		return device.light.state;
	},
	get waiting(): number {
		return device.light.waiting;
	},
	get reason(): string | null {
		return device.light.reason;
	},
	get isOffline(): boolean {
		return device.light.isOffline;
	},
};

/** JSON to the app's endpoints: GET without body, POST with one, or `method`; errors are values. */
export const call = device.call;

/** GET of what only the server can put together: `show` gets what the device remembers of it (with its age), then what the server says. Returns why the server didn't answer, or null (SY2). */
export const ask = <T>(path: string, show: Show<T>): Promise<Failure | null> => device.here.ask(path, show);

/** What is kept on this device ahead of time (reactive); null where the device keeps nothing (ADR 14). */
export const keeping = {
	get status(): Keeping['status'] | null {
		return device.place?.keeping?.status ?? null;
	},
	get wish(): KeepingWish | null {
		return device.place?.keeping?.wish ?? null;
	},
	change: (wish: Partial<KeepingWish>): void => device.place?.keeping?.change(wish),
};

/** Work that no server has, as a JSON file to save (SY4, SY5). */
export const exportUnsynced = (): Promise<Blob> => device.here.export();

/** Reads an exported file: what is in it, or why it can't be taken. */
export const readUnsynced = async (text: string): Promise<ReturnType<typeof import('./unsynced.ts').readUnsynced>> => (await import('./unsynced.ts')).readUnsynced(text, device.here.workspaceId);

/** Puts what was chosen of such a file back (ids of documents and commands), with what became of each. Twice is as good as once. */
export const importUnsynced = (file: UnsyncedFile, chosen: ReadonlySet<string>): Promise<ImportResult> => device.here.import(file, chosen);

/** Whether the page may be reloaded without loss (SY4): what no server has is on the device. Waits until it is written. */
export const keptHere = async (): Promise<boolean> => (await device.place?.isKept()) ?? true;

/** Work of this device that no server has. */
export const unsynced = {
	/** Documents with such edits, with how many. */
	documents: (): Promise<Map<string, number>> => device.here.unsent.documents(),
	/** Documents whose rooms won't take this person's edits (any more) (reactive). */
	get refused(): readonly OpenDocument[] {
		return device.place?.refusedDocuments ?? none;
	},
	/** Gives edits up: the documents leave the device. */
	discard: (ids: readonly string[]): Promise<void> => device.here.discard(ids),
};

/** One's work in workspaces that one was taken out of (reactive): kept for export until it is discarded (SY5). */
export const left = {
	get works(): readonly LeftWork[] {
		return device.left;
	},
	export: (work: LeftWork): Promise<Blob> => device.exportLeft(work),
	discard: (work: LeftWork): Promise<void> => device.discardLeft(work),
};

export { askToKeep, type Permanence, permanence, space } from './storage-facts.ts';

/** Notifications on this device (reactive state): look(), turnOn() from a click, turnOff(), choose(topics), test(). */
export const push: Push = device.push!;
