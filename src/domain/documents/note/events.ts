/** What happened to a note between two projections (S11). Completions are recorded with the task (`ticks`), since a task is completed once, from wherever. */
import type { EventDraft, ProjectedRow, Projection, Tick } from '../document-type.ts';

const rowsOf = (projection: Projection | null, table: ProjectedRow['table']): Map<string, ProjectedRow> => new Map((projection ?? []).filter((row) => row.table === table).map((row) => [row.id, row]));

export function events(before: Projection | null, after: Projection): EventDraft[] {
	const now = after.find((row) => row.table === 'note');
	if (now === undefined) return [];
	const was = before?.find((row) => row.table === 'note');
	const customerId = now.values.customerId as string;
	const own = { subjectType: 'note' as const, subjectId: now.id, customerId, data: { name: now.values.title || now.values.excerpt, kind: now.values.kind } };
	const drafts: EventDraft[] = [];
	if (was === undefined) drafts.push({ ...own, path: 'meta', type: 'note.created' });
	else if (was.values.isRemoved !== now.values.isRemoved) drafts.push({ ...own, path: 'fields/isRemoved', type: now.values.isRemoved ? 'note.removed' : 'note.restored' });
	const [old, present, ticked] = [rowsOf(before, 'task'), rowsOf(after, 'task'), rowsOf(before, 'tick')];
	const task = ({ id, values }: ProjectedRow) => ({ path: `items/${id}`, subjectType: 'task' as const, subjectId: id, customerId, data: { name: values.title, note: now.id } });
	for (const [id, row] of present) if (!old.has(id)) drafts.push({ ...task(row), type: 'task.created' });
	for (const [id, row] of old) if (!present.has(id) && ticked.get(id)?.values.isDone !== true) drafts.push({ ...task(row), type: 'task.cancelled' });
	return drafts;
}

/** The boxes that say something else of a task than before. */
export function ticks(before: Projection | null, after: Projection): Tick[] {
	const [old, present] = [rowsOf(before, 'tick'), rowsOf(after, 'tick')];
	const changed = [...present.values()].filter(({ id, values }) => {
		const was = old.get(id)?.values;
		return was === undefined || was.isDone !== values.isDone || was.item !== values.item;
	});
	return [
		...changed.map(({ id, values }) => ({ path: `items/${values.item as string}/done`, task: id, item: values.item as string, isDone: values.isDone === true })),
		...[...old.values()].filter((row) => !present.has(row.id) && row.values.isOwn === false).map((row) => ({ path: 'body', task: row.id, item: null, isDone: false })),
	];
}
