/** Erases customers whose grace is over (CU10): first their rooms forget, then the store. What can't be reached is erased at a later look. */
import { erasable, eraseCustomer } from '#db/erasure.ts';
import { commitGuarded } from '#db/statement.ts';
import { callRoom } from './call.ts';
import type { Engine } from './engine.ts';

/** Customers of one look. */
const most = 5;

/** Erases what is due, each once: killed in between, the next look begins the same one again. Throws when the store can't be reached. */
export const erase = async ({ database, workspace, settings, now, log }: Engine): Promise<void> => {
	for (const one of await erasable(database, workspace, now(), most)) {
		const answers = await Promise.all(one.documents.map(async (doc) => ({ doc, answer: await callRoom(settings, 'document', doc, 'erase', { customerId: one.id }) })));
		const silent = answers.filter(({ answer }) => !answer.ok);
		for (const { doc, answer } of silent) log('a room could not be erased yet', { customer: one.id, doc, status: answer.ok ? 200 : answer.status });
		const wasErased = async () => !(await erasable(database, workspace, now(), most)).some(({ id }) => id === one.id);
		if (silent.length === 0) await commitGuarded(database, eraseCustomer(workspace, one, now()), wasErased);
	}
};
