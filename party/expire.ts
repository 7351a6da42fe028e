/** Conflicts that nobody settled in the workspace's time (SY6): their documents are told, so that every device and the history say so. */
import { overdueConflicts } from '#db/conflicts.ts';
import { callRoom } from './call.ts';
import { system } from './copy.ts';
import type { Engine } from './engine.ts';

/** Conflicts of one look. */
const most = 20;

/** Tells them. What can't be told now is told at a later look: automation doesn't wait for it, the store alone says whose time is over (R1). */
export const expire = async ({ database, workspace, settings, now, log }: Engine): Promise<void> => {
	for (const { id, customerId } of await overdueConflicts(database, workspace, now(), most)) {
		const edits = [{ edit: 'expire-conflict', args: { id, at: now() } }];
		const answer = await callRoom(settings, 'document', customerId, 'edit', { key: `expire:${id}:${now()}`, edits, actor: system.actor });
		if (!answer.ok) log('a conflict’s time is over, but its document could not be told yet', { customer: customerId, conflict: id, status: answer.status });
	}
};
