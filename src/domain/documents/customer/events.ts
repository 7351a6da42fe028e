/** What happened to a customer between two projections (S11): one draft per changed path, in the order of the rows. */
import type { EventType } from '../../events/event.ts';
import { canonical } from '../../value.ts';
import type { EventDraft, ProjectedRow, Projection } from '../document-type.ts';

const named: Record<string, EventType> = { stage: 'customer.stage-changed', owner: 'customer.owner-changed' };

/** A customer just created makes one event, whatever it was created with; so does a new contact or agreement. */
export function events(before: Projection | null, after: Projection): EventDraft[] {
	const now = after.find((row) => row.table === 'customer');
	if (now === undefined) return [];
	const was = before?.find((row) => row.table === 'customer');
	if (was === undefined) return [{ path: 'meta', type: 'customer.created', subjectType: 'customer', subjectId: now.id, customerId: now.id, data: { name: now.values.name } }];
	return [...customerEvents(was, now), ...partEvents('contact', now.id, before ?? [], after), ...partEvents('agreement', now.id, before ?? [], after), ...conflictEvents(now.id, before ?? [], after)];
}

function customerEvents(was: ProjectedRow, now: ProjectedRow): EventDraft[] {
	const about = { subjectType: 'customer', subjectId: now.id, customerId: now.id } as const;
	const changed = changes(was, now, ['name', 'domain', 'externalId', 'parentId', 'stage', 'owner']);
	return [
		...changed.map((data): EventDraft => ({ ...about, path: `fields/${data.field}`, type: named[data.field] ?? 'customer.field-changed', data })),
		...tagEvents(was, now, 'tags/', 'customer').map((draft) => ({ ...about, ...draft })),
		...changes(was, now, ['team'], false).map((data): EventDraft => ({ ...about, path: 'team', type: 'customer.team-changed', data })),
	];
}

function partEvents(table: 'contact' | 'agreement', customerId: string, before: Projection, after: Projection): EventDraft[] {
	const of = (rows: Projection) => new Map(rows.filter((row) => row.table === table).map((row) => [row.id, row]));
	const [old, present] = [of(before), of(after)];
	const drafts: EventDraft[] = [];
	const [wasMerged, isMerged] = [mergedIn(old), mergedIn(present)];
	for (const [id, now] of present) {
		const was = old.get(id);
		const about = { subjectType: table, subjectId: id, customerId };
		const path = `${table}s/${id}`;
		if (was === undefined && wasMerged.has(id)) drafts.push({ ...about, path: `${path}/mergedInto`, type: 'contact.separated', data: { name: now.values.name, from: wasMerged.get(id) } });
		else if (was === undefined) drafts.push({ ...about, path, type: `${table}.created`, data: { name: now.values.name } });
		else if (table === 'agreement') for (const data of changes(was, now, ['name', 'status', 'mrr', 'startAt', 'endAt', 'noticeDays', 'isTacit'], false)) drafts.push({ ...about, path: `${path}/${data.field}`, type: 'agreement.changed', data });
		else {
			// What changed because somebody was merged or taken out again is that person's doing who did it.
			const mergedBy = mergeOf(was, now, (id) => old.has(id) !== present.has(id));
			for (const data of changes(was, now, ['name', 'email', 'phone', 'title'])) drafts.push({ ...about, path: mergedBy ?? `${path}/${data.field}`, type: 'contact.field-changed', data });
			for (const data of changes(was, now, ['roles'], false)) drafts.push({ ...about, path: mergedBy ?? `${path}/roles`, type: 'contact.role-changed', data });
			for (const draft of tagEvents(was, now, `${path}/tag:`, 'contact')) drafts.push({ ...about, ...draft, ...(mergedBy && { path: mergedBy }) });
		}
	}
	for (const [id, was] of old) {
		const about = { subjectType: table, subjectId: id, customerId };
		if (isMerged.has(id)) drafts.push({ ...about, path: `${table}s/${id}/mergedInto`, type: 'contact.merged', data: { name: was.values.name, into: isMerged.get(id) } });
		else if (!present.has(id)) drafts.push({ ...about, path: `${table}s/${id}`, type: `${table}.removed`, data: { name: was.values.name } });
	}
	return drafts;
}

const mergedFrom = ({ values }: ProjectedRow): string[] => (values.mergedFrom as string[] | undefined) ?? [];

/** Who was merged into whom, by id. */
const mergedIn = (rows: ReadonlyMap<string, ProjectedRow>): Map<string, string> => new Map([...rows].flatMap(([id, row]) => mergedFrom(row).map((from) => [from, id])));

/** The path of the merge, or of its end, that changed this contact; null when it is of the same people as before. `hasTurned`: who began or ceased to be a contact of their own. */
function mergeOf(was: ProjectedRow, now: ProjectedRow, hasTurned: (id: string) => boolean): string | null {
	const [before, after] = [mergedFrom(was), mergedFrom(now)];
	const other = [...before, ...after].find((id) => before.includes(id) !== after.includes(id) && hasTurned(id));
	return other === undefined ? null : `contacts/${other}/mergedInto`;
}

/** A conflict was found, settled by a person, or left to its time (SY6). */
function conflictEvents(customerId: string, before: Projection, after: Projection): EventDraft[] {
	return after.flatMap(({ table, id, values }): EventDraft[] => {
		const was = before.find((row) => row.table === 'conflict' && row.id === id)?.values.state;
		if (table !== 'conflict' || was === values.state) return [];
		const { subjectType, subjectId, field, choices, chosen, state } = values as { subjectType: 'customer'; subjectId: string; field: string; choices: unknown; chosen: unknown; state: 'open' | 'settled' | 'expired' };
		const about = { subjectType, subjectId, customerId };
		const opened: EventDraft = { ...about, path: `conflicts/${id}`, type: 'conflict.opened', data: { conflict: id, about: field, choices } };
		if (state === 'open') return [opened];
		const ended: EventDraft = { ...about, path: `conflicts/${id}/settled`, type: `conflict.${state}`, data: { conflict: id, about: field, choices, ...(state === 'settled' ? { chosen } : {}) } };
		return was === undefined ? [opened, ended] : [ended];
	});
}

type Change = { field: string; from: unknown; to: unknown };

/** Fields that differ, custom fields by their ids when `hasCustom`. */
function changes(was: ProjectedRow, now: ProjectedRow, fields: string[], hasCustom = true): Change[] {
	const plain = fields.map((field) => ({ field, from: was.values[field] ?? null, to: now.values[field] ?? null }));
	const [from, to] = [was.values.custom ?? {}, now.values.custom ?? {}] as Record<string, unknown>[];
	const ids = hasCustom ? [...new Set([...Object.keys(from!), ...Object.keys(to!)])].sort() : [];
	return [...plain, ...ids.map((field) => ({ field, from: from![field] ?? null, to: to![field] ?? null }))].filter((change) => canonical(change.from) !== canonical(change.to));
}

function tagEvents(was: ProjectedRow, now: ProjectedRow, path: string, subject: 'customer' | 'contact'): { path: string; type: EventType; data: { tag: string } }[] {
	const [old, present] = [was.values.tags, now.values.tags] as [string[], string[]];
	const added = present.filter((tag) => !old.includes(tag)).map((tag) => ({ path: path + tag, type: `${subject}.tag-added` as const, data: { tag } }));
	return [...added, ...old.filter((tag) => !present.includes(tag)).map((tag) => ({ path: path + tag, type: `${subject}.tag-removed` as const, data: { tag } }))];
}
