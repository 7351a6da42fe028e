/**
 * What every type of document is made of. A new type is one folder, one line in index.ts and its tables: no room file
 * changes (design.md, The house).
 */
import type { GenericSchema } from 'valibot';
import type * as Y from 'yjs';
import type { Actor, EventType, RecordedEvent } from '../events/event.ts';

/**
 * A row as projected: a table's name, its id, and the columns that come from the document (JSON values). A `tick` is no row of a table
 * but what a document's box says of a task (its id): it becomes the task's completion (`ticks`).
 */
export type ProjectedRow = { table: 'customer' | 'contact' | 'agreement' | 'playbook' | 'note' | 'template' | 'task' | 'tick' | 'conflict'; id: string; values: Record<string, unknown> };
export type Projection = ProjectedRow[];

/** An event before the room gives it id, time and author: `path` names what changed and makes the id (S11). */
export type EventDraft = { path: string; type: EventType; subjectType: RecordedEvent['subjectType']; subjectId: string; customerId: string | null; data: Record<string, unknown> };

/** A box of the document that stands for a task was ticked, unticked, put there (`isDone` as it is) or taken away (`item` null). `path` as in EventDraft. */
export type Tick = { path: string; task: string; item: string | null; isDone: boolean };

/** When an edit was made (ms UTC, the writer's clock) and on what. Only a room names the author: of people it knows them by client id. */
export type Stamp = { at: number; device?: 'phone' | 'computer'; by?: Actor };

/** A way to change a document. The phone calls `apply` on its Y.Doc; the server calls the same through the room. Arguments are parsed first. */
export type Edit<Args = any> = { schema: GenericSchema<any, Args>; apply: (doc: Y.Doc, args: Args, stamp?: Stamp) => void };

/** What a room knows of a change: the time (ms UTC), whose a Yjs client id is (null: the room's own), which writes came with it, and ids. */
export type Known = { at: number; authorOf: (client: number) => Actor | null; isArriving: (client: number, clock: number) => boolean; newId: (prefix: string) => string };

/** A repair of invalid content (S12): what was found at which path. Applied by the room in one system transaction. */
export type Healing = { path: string; found: unknown; healed: unknown };

export type DocumentType = {
	type: string;
	/** Written into the document's `meta`; additive changes only (S15). */
	schemaVersion: number;
	/** The first content of a new document. Only the server calls it, once (S10). */
	skeleton: (doc: Y.Doc, seed: { id: string; workspace: string; at: number; args: unknown }) => void;
	/** What `skeleton` takes as args. */
	seed: GenericSchema<any, any>;
	edits: Record<string, Edit>;
	/** Pure: the same rows from the same document, on every device. */
	projection: (doc: Y.Doc) => Projection;
	/** What happened between two projections. `before` is null for the first. */
	events: (before: Projection | null, after: Projection) => EventDraft[];
	/** Boxes that changed between two projections: the room completes or reopens their tasks, each once, in the batch that publishes. */
	ticks?: (before: Projection | null, after: Projection) => Tick[];
	/** Puts invalid content right in `doc` (last valid value from `before`), and says what it did. Idempotent. */
	heal: (doc: Y.Doc, before: Projection | null) => Healing[];
	/** What the room adds to a change that was just merged, while what lost in it can still be read; null = nothing (SY6). */
	review?: (transaction: Y.Transaction, known: Known) => ((doc: Y.Doc) => void) | null;
	/**
	 * Times that the room fills when it publishes, because a document has no clock: table → changed column → the column
	 * that gets the time of publishing. `'*'` stands for any change of the row; a new row counts as changed everywhere.
	 * Stamped columns are not in the projection.
	 */
	stamps?: { [Table in ProjectedRow['table']]?: Record<string, string> };
	/** The paths (as in EventDraft) of a change in the Y.Doc, from Y event: for attribution by client id. */
	pathOf: (event: Y.YEvent<any>) => string[];
};
