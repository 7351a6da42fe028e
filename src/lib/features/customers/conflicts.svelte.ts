/** Open conflicts as this device knows them, and how one is settled: an edit like any other, so offline too (SY6). */
import { concerns, isDecided } from '#domain/conflicts.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';
import { edit, mirror, openDocument, session, undoOf } from '$lib/sync/index.ts';
import { sayRefusal } from '$lib/ui/say-refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';
import { fieldName, said } from './history-sentence.ts';

export type Conflict = MirrorRows['conflict'];

const open = $derived(mirror.rows('conflict').filter(({ state, field }) => state === 'open' && isDecided(field, mirror.settings.fields)));
const mine = $derived(open.filter((conflict) => concerns(conflict, session.user?.id ?? '', mirror.row('customer', conflict.customerId)?.owner ?? null)));

/** Reactive. */
export const conflicts = {
	/** Those that this person should settle. */
	get mine(): readonly Conflict[] {
		return mine;
	},
	get everyones(): readonly Conflict[] {
		return open;
	},
	of: (customerId: string): readonly Conflict[] => open.filter((conflict) => conflict.customerId === customerId),
	/** Whether a field of a customer, contact or agreement waits for a choice: what its mark says. */
	isAbout: (subjectId: string, field: string): boolean => open.some((conflict) => conflict.subjectId === subjectId && conflict.field === field),
};

/** The field's name, with whose it is. */
export function titleOf({ subjectType, subjectId, field }: Conflict): string {
	const whose = subjectType === 'customer' ? '' : (mirror.row(subjectType, subjectId)?.name ?? '');
	return fieldName(field, mirror) + (whose ? m.history_of({ name: whose }) : '');
}

/** How long the document stays open for taking the choice back, in ms: a little longer than its toast. */
const undoTime = 15_000;

/** Chooses a value, as soon as the document is there. */
export async function settle(conflict: Conflict, value: unknown): Promise<void> {
	const document = openDocument(conflict.customerId);
	await document.ready;
	const answer = edit(document, 'settle-conflict', { id: conflict.id, value });
	if (answer.ok) toast(m.conflict_chosen({ field: titleOf(conflict), value: said(conflict.field, value, mirror) }), { status: 'done', act: { label: m.ui_undo(), run: () => undoOf(document).undo() } });
	else sayRefusal(answer);
	setTimeout(() => document.close(), undoTime);
}
