/** A note as rows: itself, its tasks, and what its boxes say of tasks. Pure and total (S12, S13). */
import type * as Y from 'yjs';
import { plainTextOf } from '../../rich-text/html.ts';
import { decidedOf, items, itemsIn, mentionsIn } from '../../rich-text/items.ts';
import type { ProjectedRow, Projection } from '../document-type.ts';
import { body, fields, meta, noteKinds, seen, type NoteKind } from './shape.ts';

const excerptLength = 160;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The note's row, then its tasks, then its ticks; nothing while the skeleton hasn't arrived. One that was removed keeps its row, and has no tasks. */
export function projection(doc: Y.Doc): Projection {
	const id = meta(doc).get('id');
	if (typeof id !== 'string') return [];
	const customerId = textOf(meta(doc).get('customerId'));
	const isRemoved = fields(doc).get('isRemoved') === true;
	const boxes = itemsIn(body(doc)).map((item) => ({ ...item, ...decidedOf(items(doc), item.id) }));
	const tasks = isRemoved ? [] : boxes.filter((box) => box.task === null && (box.assignee !== null || box.dueAt !== null));
	const linked = isRemoved ? [] : boxes.filter((box) => box.task !== null);
	const unseen = mentionsIn(body(doc)).filter(({ mention }) => seen(doc).get(mention) !== true);
	const kind = meta(doc).get('kind') as NoteKind;
	const note: ProjectedRow = {
		table: 'note',
		id,
		values: {
			customerId,
			kind: noteKinds.includes(kind) ? kind : 'note',
			title: textOf(fields(doc).get('title')).trim(),
			excerpt: plainTextOf(body(doc)).replace(/^\s*(-|>|\d+\.) /gm, '').replace(/\s+/g, ' ').slice(0, excerptLength),
			author: textOf(meta(doc).get('author')) || null,
			isPinned: fields(doc).get('isPinned') === true,
			isRemoved,
			taskCount: boxes.length,
			doneCount: boxes.filter((box) => box.isDone).length,
			mentions: isRemoved ? [] : [...new Set(unseen.map(({ userId }) => userId))].sort(),
			createdAt: Number(meta(doc).get('createdAt') ?? 0),
		},
	};
	const taskRows = tasks.map(({ id: item, title, assignee, dueAt }): ProjectedRow => ({
		table: 'task',
		id: item,
		values: { customerId, title: title || '…', description: '', teamId: null, runId: null, assignees: assignee === null ? [] : [assignee], dueAt, doc: id, item },
	}));
	return [note, ...taskRows, ...ticksOf(tasks.map((box) => ({ ...box, task: box.id })), linked)];
}

type Box = { id: string; task: string | null; isDone: boolean };

/** One tick for each task: two boxes for one task are done when either is. */
function ticksOf(own: Box[], linked: Box[]): ProjectedRow[] {
	const byTask = new Map<string, ProjectedRow>();
	for (const [boxes, isOwn] of [[own, true], [linked, false]] as const)
		for (const { id: item, task, isDone } of boxes) {
			const known = byTask.get(task!);
			if (known) known.values.isDone = known.values.isDone === true || isDone;
			else byTask.set(task!, { table: 'tick', id: task!, values: { item, isDone, isOwn } });
		}
	return [...byTask.values()];
}
