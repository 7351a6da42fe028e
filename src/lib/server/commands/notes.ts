/** Notes, pages and their templates: made by their rooms (S10), a page filled from its customer; boxes ticked from elsewhere. */
import { and, eq, isNull } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { readTruth } from '#db/facts.ts';
import { template } from '#db/schema/documents.ts';
import { readTask } from '#db/tasks.ts';
import type { createNote as createNoteCommand } from '#domain/commands/create-note.ts';
import type { createTemplate as createTemplateCommand } from '#domain/commands/create-template.ts';
import { fillTemplate } from '#domain/documents/template/fill.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { refused, type Deciding, type Decision, type Handler } from './decision.ts';
import { askRoom, makeDocument } from './documents.ts';

export const createNote: Handler<InferOutput<typeof createNoteCommand.args>> = async (deciding) => {
	const { id, customerId, kind, title, templateId } = deciding.args;
	const { workspaceId, user } = deciding.member;
	const truth = await readTruth(deciding.db, workspaceId, [customerId]);
	const rows = truth?.customers[0];
	if (!truth || !rows) return refused('no-such-customer');
	const seed = { customerId, kind, author: user.id, title };
	if (templateId === null) return makeDocument(deciding, 'note', id, seed);
	const own = and(eq(template.id, templateId), eq(template.workspace, workspaceId), isNull(template.deletedAt));
	const [found] = await deciding.db.select().from(template).where(own);
	if (!found || found.isRemoved) return refused('no-such-template');
	const filled = fillTemplate(found.html, factsFromRows(rows, truth.settings), deciding.now);
	if (!filled.ok) return refused('template-wrong', filled.reason);
	return makeDocument(deciding, 'note', id, { ...seed, title: title || found.name, html: filled.text });
};

export const createTemplate: Handler<InferOutput<typeof createTemplateCommand.args>> = (deciding) => {
	const { id, ...seed } = deciding.args;
	return makeDocument(deciding, 'template', id, seed);
};

/** Ticks a box under the command's id, so that trying again changes nothing, and has the room publish what that completes. The room's refusal, or null. */
export async function tickItem(deciding: Deciding<unknown>, doc: string, item: string): Promise<Decision | null> {
	const actor = { kind: 'user', id: deciding.member.user.id };
	const ticked = await askRoom(deciding, doc, 'edit', { key: deciding.commandId, edits: [{ edit: 'tick-item', args: { id: item, isDone: true } }], actor });
	const answer = 'decision' in ticked ? ticked : await askRoom(deciding, doc, 'publish', {});
	return 'decision' in answer ? answer.decision : null;
}

/** Whether the task has a box and this person did it: a command that asks for that has nothing left to do. */
export async function isDoneByBox({ db, args, member }: Deciding<{ taskId: string }>): Promise<boolean> {
	const task = await readTask(db, args.taskId);
	return task?.state === 'done' && task.doc !== null && task.completedBy === member.user.id;
}
