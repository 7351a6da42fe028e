/** Sends a decision about a playbook and says how it went: done, kept for later, or why not. */
import { send, type Outcome } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import { refusalText } from '$lib/ui/refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';

/** A decision that takes longer than this has probably no connection: said once, and it stays queued. */
const patience = 2_500;

/** The server's answer; a refusal is said unless `isQuiet`. */
export async function decide(type: string, args: unknown, said: string | null = null, isQuiet = false): Promise<Outcome> {
	const { outcome } = send(type, args);
	const late = setTimeout(() => toast(m.playbook_kept(), { status: 'waiting' }), patience);
	const answer = await outcome;
	clearTimeout(late);
	if (answer.status !== 'accepted' && !isQuiet) toast(refusalText(answer.reason, answer.message), { status: 'stuck' });
	if (answer.status === 'accepted' && said) toast(said, { status: 'done' });
	return answer;
}
