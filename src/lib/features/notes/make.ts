/** Making notes: at once on the device; the command that makes them for all is queued, and its refusal is told. */
import { goto } from '$app/navigation';
import { newId, send } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import { refusalText } from '$lib/ui/refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';

/** Makes a note or a page and opens it. It can be written in at once, also without network; a template is filled in by the server. */
export async function makeNote(customerId: string, kind: 'note' | 'page', templateId: string | null = null): Promise<void> {
	const id = newId('note');
	const { outcome } = send('create-note', { id, customerId, kind, templateId });
	void outcome.then((answer) => answer.status !== 'accepted' && toast(m.notes_not_made({ reason: refusalText(answer.reason, answer.message) }), { status: 'stuck' }));
	await goto(`/customers/${customerId}/documents/${id}`);
}
