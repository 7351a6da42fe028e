/**
 * What was edited here shows in the lists at once: a document's own projection lies over the mirror's rows until the
 * server's rows say the same, or had their time to say otherwise.
 */
import type { Projection } from '#domain/documents/document-type.ts';
import type { MirrorKind } from '#domain/mirror.ts';
import { canonical } from '#domain/value.ts';

/** Fields laid over a row; null takes the row out. */
export type Patch = { kind: MirrorKind; id: string; fields: Record<string, unknown> | null };
type Laid = { patches: Patch[]; acknowledgedAt: number | null };

/** After everything was acknowledged, the rooms publish within a second or two; what differs later was put right by the server (S12). */
const grace = 10_000;
/** Kinds whose rows belong to a document of another kind: those that its projection lacks are gone. */
const parts: { [table: string]: readonly PartKind[] } = { customer: ['contact', 'agreement', 'conflict'], note: ['task'] };
export type PartKind = 'contact' | 'agreement' | 'task' | 'conflict';

export class Overlay {
	#laid = new Map<string, Laid>();

	/** Lays a document's projection over its rows. `ownRows` lists the ids of a kind that the mirror has of this document. Returns the kinds touched. */
	lay(doc: string, projection: Projection, ownRows: (kind: PartKind) => readonly string[]): MirrorKind[] {
		if (projection.length === 0) return [];
		const byRow = new Map<string, Patch>();
		for (const { table, id, values } of projection) {
			const [kind, fields] = table === 'tick' ? (['task', tickedFields(values)] as const) : ([table, { id, ...values }] as const);
			if (Object.keys(fields).length > 0) byRow.set(`${kind} ${id}`, { kind, id, fields: { ...byRow.get(`${kind} ${id}`)?.fields, ...fields } });
		}
		const held = new Set(projection.map((row) => `${row.table === 'tick' ? 'task' : row.table} ${row.id}`));
		const patches = [...byRow.values()];
		for (const kind of projection.flatMap((row) => parts[row.table] ?? [])) for (const id of ownRows(kind)) if (!held.has(`${kind} ${id}`)) patches.push({ kind, id, fields: kind === 'task' ? { state: 'cancelled' } : null });
		const touched = [...patches, ...(this.#laid.get(doc)?.patches ?? [])];
		this.#laid.set(doc, { patches, acknowledgedAt: null });
		return [...new Set(touched.map((patch) => patch.kind))];
	}

	/** The room keeps everything: from now on the server's rows may end the overlay. */
	acknowledge(doc: string, at: number): void {
		const laid = this.#laid.get(doc);
		if (laid) laid.acknowledgedAt ??= at;
	}

	/** Ends what the server's rows now say too, or that had its time. Returns the kinds touched. */
	settle(at: number, row: (kind: MirrorKind, id: string) => Record<string, unknown> | undefined): MirrorKind[] {
		const touched = new Set<MirrorKind>();
		for (const [doc, { patches, acknowledgedAt }] of this.#laid) {
			if (acknowledgedAt === null) continue;
			if (at - acknowledgedAt < grace && !patches.every((patch) => says(row(patch.kind, patch.id), patch.fields))) continue;
			this.#laid.delete(doc);
			for (const patch of patches) touched.add(patch.kind);
		}
		return [...touched];
	}

	/** The patches on one kind, by row id. */
	of(kind: MirrorKind): Map<string, Patch['fields']> {
		const found = new Map<string, Patch['fields']>();
		for (const { patches } of this.#laid.values()) for (const patch of patches) if (patch.kind === kind) found.set(patch.id, patch.fields);
		return found;
	}

	/** When the next overlay has had its time, in ms UTC; null when none runs. */
	nextSettle(): number | null {
		const times = [...this.#laid.values()].flatMap(({ acknowledgedAt }) => (acknowledgedAt === null ? [] : [acknowledgedAt + grace]));
		return times.length === 0 ? null : Math.min(...times);
	}

	clear(): void {
		this.#laid.clear();
	}
}

/** What a box says of its task: a playbook's task that isn't ticked here may be done elsewhere. */
const tickedFields = ({ isDone, isOwn }: Record<string, unknown>): Record<string, unknown> => (isDone === true ? { state: 'done' } : isOwn === true ? { state: 'open' } : {});

function says(row: Record<string, unknown> | undefined, fields: Patch['fields']): boolean {
	if (fields === null || row === undefined) return row === undefined && fields === null;
	return Object.entries(fields).every(([field, value]) => canonical(row[field] ?? null) === canonical(value ?? null));
}
