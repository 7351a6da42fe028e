/** Customers that this person deleted here, until the server's rows say so (CU10). */
import { mirror, queue, send } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import { refusalText } from '$lib/ui/refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';

const commands = $derived(new Map(queue.unseen.filter(({ type }) => type === 'delete-customer').map(({ id, args }) => [(args as { customerId: string }).customerId, id])));

// Own edits that no room has lie over the lists (ADR 11), also over what was deleted since.
const ids = $derived(new Set([...commands.keys(), ...mirror.rows('deletion').map(({ id }) => id)]));

/** Reactive. */
export const deleting = {
	/** Those, and all that are deleted: lists don't show them. */
	get ids(): ReadonlySet<string> {
		return ids;
	},
	has: (customerId: string): boolean => commands.has(customerId),
	/** Takes it back before it is sent; when the server was faster its answer stands. */
	takeBack: (customerId: string): void => void queue.cancel(commands.get(customerId) ?? ''),
};

/** Brings a deleted customer back; says so, or why not. */
export async function restore(customerId: string, name: string): Promise<void> {
	const answer = await send('restore-customer', { customerId }).outcome;
	toast(answer.status === 'accepted' ? m.deletion_restored({ name }) : refusalText(answer.reason, m.deletion_not_restored({ name })), { status: answer.status === 'accepted' ? 'done' : 'warned' });
}

/** Deletes a customer, with an undo that works before and after it was sent. */
export function remove(customerId: string, name: string): void {
	const { id, outcome } = send('delete-customer', { customerId });
	const undo = async () => {
		void queue.cancel(id);
		if ((await outcome).status === 'accepted') await restore(customerId, name);
	};
	toast(m.deletion_done({ name }), { act: { label: m.ui_undo(), run: () => void undo() }, seconds: 12 });
	void outcome.then((answer) => {
		if (answer.status !== 'accepted' && answer.reason !== 'taken-back') toast(refusalText(answer.reason, m.deletion_not_done({ name })), { status: 'warned' });
	});
}
