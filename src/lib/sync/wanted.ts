/** Which documents a person's device keeps ahead of time (SY1): their own and followed customers, the notes on these, and the playbooks that run on them. */
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';

/** A document to keep, and the state of its row: another `stamp` means that it changed. */
export type Wanted = { id: string; stamp: number };
type Rows = <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][];

/** Whether a customer is this person's: owned, or worked on in its team. */
const isOwn = (customer: MirrorRows['customer'], userId: string): boolean => customer.owner === userId || customer.team.includes(userId);

/** At most `limit` customers, those that changed last first, each once; what belongs to them follows. */
export function wantedDocuments(rows: Rows, userId: string, limit: number): Wanted[] {
	const followed = new Set(rows('follow').map((follow) => follow.customerId));
	const customers = rows('customer')
		.filter((customer) => isOwn(customer, userId) || followed.has(customer.id))
		.toSorted((a, b) => b.updatedAt - a.updatedAt)
		.slice(0, limit);
	const chosen = new Set(customers.map((customer) => customer.id));
	const running = new Set(rows('run').flatMap((run) => (run.endedAt === null && chosen.has(run.subjectId) ? [run.playbookId] : [])));
	const playbooks = rows('playbook').filter((playbook) => running.has(playbook.id));
	const notes = rows('note').filter((note) => !note.isRemoved && chosen.has(note.customerId));
	return [...customers, ...notes, ...playbooks].map(({ id, updatedAt }) => ({ id, stamp: updatedAt }));
}
