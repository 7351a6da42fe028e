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
const ofCustomer = ['contact', 'agreement'] as const;

export class Overlay {
	#laid = new Map<string, Laid>();

	/** Lays a document's projection over its rows. `ownRows` lists the ids of a kind that the mirror has for this document. Returns the kinds touched. */
	lay(doc: string, projection: Projection, ownRows: (kind: 'contact' | 'agreement') => readonly string[]): MirrorKind[] {
		if (projection.length === 0) return [];
		const patches: Patch[] = projection.map(({ table, id, values }) => ({ kind: table, id, fields: { id, ...values } }));
		const held = new Set(projection.map((row) => `${row.table} ${row.id}`));
		const isCustomer = projection.some((row) => row.table === 'customer');
		if (isCustomer) for (const kind of ofCustomer) for (const id of ownRows(kind)) if (!held.has(`${kind} ${id}`)) patches.push({ kind, id, fields: null });
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

function says(row: Record<string, unknown> | undefined, fields: Patch['fields']): boolean {
	if (fields === null || row === undefined) return row === undefined && fields === null;
	return Object.entries(fields).every(([field, value]) => canonical(row[field] ?? null) === canonical(value ?? null));
}
