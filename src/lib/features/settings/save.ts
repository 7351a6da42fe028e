/** Sends a change of settings and says how it went: saved, kept for later, or why not. */
import { m } from '$lib/messages/messages.js';
import { mirror, send, session, type Outcome } from '$lib/sync/index.ts';
import { refusalText } from '$lib/ui/refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';

/** A change that takes longer than this has probably no connection: said once, and it stays queued. */
const patience = 2_500;

/** Returns whether it was accepted. `said`: what to say then (null = nothing: the list itself shows it). */
export async function save(type: string, args: unknown, said: string | null = m.settings_saved()): Promise<boolean> {
	const { outcome } = send(type, args);
	const late = setTimeout(() => toast(m.settings_kept(), { status: 'waiting' }), patience);
	const answer: Outcome = await outcome;
	clearTimeout(late);
	if (answer.status !== 'accepted') {
		toast(refusalText(answer.reason, answer.message), { status: 'stuck' });
		return false;
	}
	// The workspace's own settings come with the session, not with the mirror.
	if (type === 'change-workspace') await session.load();
	// A control shows what was chosen until this ends: then the rows must say it.
	else await mirror.pull();
	if (said) toast(said, { status: 'done' });
	return true;
}

/** The rows whose place in the list is not their position yet, with the position they should have. */
export const reordered = <Row extends { id: string; position: number }>(rows: readonly Row[], from: number, to: number): Row[] => {
	const list = [...rows];
	const [moved] = list.splice(from, 1);
	if (moved) list.splice(to, 0, moved);
	return list.flatMap((row, position) => (row.position === position ? [] : [{ ...row, position }]));
};
