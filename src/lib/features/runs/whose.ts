/** The name of whose run it is, also when the customer was deleted since (reactive). */
import { m } from '$lib/messages/messages.js';
import { mirror } from '$lib/sync/index.ts';

export function whose(customerId: string): string {
	const deleted = mirror.row('deletion', customerId);
	return mirror.row('customer', customerId)?.name ?? (deleted ? m.deletion_run_of({ name: deleted.name }) : m.run_gone());
}
