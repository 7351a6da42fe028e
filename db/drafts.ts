/** Mails that wait for a person's word (AC7). The intent under the same id waits with them; behind `bumpSeq`, each in the batch that decides. */
import { and, eq } from 'drizzle-orm';
import type { IntentRequest } from '#domain/actions/action.ts';
import { intentKey } from '#domain/engine/intent-key.ts';
import type { Database } from './client.ts';
import { draft, intent } from './schema/index.ts';
import { guard, seqNow, statement, type Statement } from './statement.ts';

export type DraftRow = typeof draft.$inferSelect;
export type MailRequest = Extract<IntentRequest, { kind: 'mail' }>;
/** What a person may change of a mail. */
export type MailText = Pick<MailRequest, 'to' | 'cc' | 'bcc' | 'subject' | 'html' | 'text'>;

/** A draft with the request that would be sent, or null. */
export const readDraft = async (database: Database, workspace: string, id: string): Promise<{ draft: DraftRow; request: MailRequest } | null> => {
	const [row] = await database.select({ draft, request: intent.request }).from(draft).innerJoin(intent, eq(intent.key, draft.id)).where(and(eq(draft.id, id), eq(draft.workspace, workspace)));
	return row ? { draft: row.draft, request: row.request as MailRequest } : null;
};

export type NewDraft = Pick<DraftRow, 'id' | 'workspace' | 'runId' | 'number' | 'assignees' | 'teamId' | 'from' | 'createdAt'> & { request: MailRequest };

/** A mail that somebody is asked about. One with the same id is there already: nothing happens. */
export const insertDraft = ({ id, workspace, runId, number, assignees, teamId, from, createdAt, request }: NewDraft): Statement =>
	statement(
		`INSERT INTO draft (id, workspace, seq, run_id, number, customer_id, assignees, team_id, from_address, reply_to, to_addresses, cc_addresses, bcc_addresses, subject, html, text, state, created_at)
		 VALUES (:id, :workspace, ${seqNow}, :runId, :number, :customerId, :assignees, :teamId, :from, :replyTo, :to, :cc, :bcc, :subject, :html, :text, 'waiting', :createdAt) ON CONFLICT (id) DO NOTHING`,
		{ id, workspace, runId, number, customerId: request.customerId, assignees: JSON.stringify(assignees), teamId, from, replyTo: request.replyTo, ...columnsOf(request), createdAt },
	);

const columnsOf = ({ to, cc, bcc, subject, html, text }: MailText) => ({ to: JSON.stringify(to), cc: JSON.stringify(cc), bcc: JSON.stringify(bcc), subject, html, text });

/** Aborts the batch unless the mail still waits for somebody's word. */
export const assertWaiting = (id: string): Statement =>
	guard(`EXISTS (SELECT 1 FROM draft JOIN intent ON intent.key = draft.id WHERE draft.id = :id AND draft.state = 'waiting' AND intent.state = 'waiting' AND draft.deleted_at IS NULL)`, { id });

/** Puts another text under the same key: it is frozen only when it is approved (R11). */
export const rewriteDraft = (workspace: string, id: string, request: MailRequest): Statement[] => [
	statement(
		`UPDATE draft SET seq = ${seqNow}, to_addresses = :to, cc_addresses = :cc, bcc_addresses = :bcc, subject = :subject, html = :html, text = :text WHERE id = :id`,
		{ workspace, id, ...columnsOf(request) },
	),
	statement(`UPDATE intent SET request = :request WHERE key = :id AND state = 'waiting'`, { id, request: JSON.stringify(request) }),
];

export type Word = { workspace: string; id: string; by: string; now: number };

/** Lets it go: the worker finds it prepared, and sends it under its key. */
export const approveDraft = ({ workspace, id, by, now }: Word): Statement[] => [
	statement(`UPDATE draft SET seq = ${seqNow}, state = 'approved', decided_by = :by, decided_at = :now WHERE id = :id`, { workspace, id, by, now }),
	statement(`UPDATE intent SET state = 'prepared' WHERE key = :id AND state = 'waiting'`, { id }),
];

/** It is never sent. */
export const cancelDraft = ({ workspace, id, by, now }: Word): Statement[] => [
	statement(`UPDATE draft SET seq = ${seqNow}, state = 'cancelled', decided_by = :by, decided_at = :now WHERE id = :id`, { workspace, id, by, now }),
	statement(`UPDATE intent SET state = 'abandoned', settled_at = :now, response = :response WHERE key = :id AND state = 'waiting'`, { id, now, response: JSON.stringify({ cancelledBy: by }) }),
];

/** Takes away what a run would still have sent: what waits, and what was approved and not yet begun. */
export const withdrawDrafts = ({ workspace, runId, by, now }: { workspace: string; runId: string; by: string; now: number }): Statement[] => [
	statement(
		`UPDATE draft SET seq = ${seqNow}, state = 'cancelled', decided_by = :by, decided_at = :now
		 WHERE run_id = :runId AND id IN (SELECT key FROM intent WHERE run_id = :runId AND state IN ('waiting', 'prepared'))`,
		{ workspace, runId, by, now },
	),
	statement(`UPDATE intent SET state = 'abandoned', settled_at = :now WHERE run_id = :runId AND state IN ('waiting', 'prepared')`, { runId, now }),
];

/** Asks anew for mails that were withdrawn unsent at `since` (ms), with the text they had: under new keys, for another step's number. */
export const copyDrafts = ({ workspace, runId, number, keys, since }: { workspace: string; runId: string; number: number; keys: readonly string[]; since: number }): Statement[] => {
	const about = { runId, number, keys: JSON.stringify(keys), prefix: intentKey(runId, number, 0).slice(0, -1) };
	const those = 'IN (SELECT value FROM json_each(:keys))';
	return [
		statement(
			`INSERT INTO intent (key, workspace, run_id, number, part, kind, state, request)
			 SELECT :prefix || part, workspace, run_id, :number, part, kind, 'waiting', request FROM intent WHERE run_id = :runId AND key ${those} AND state = 'abandoned' ON CONFLICT (key) DO NOTHING`,
			about,
		),
		statement(
			`INSERT INTO draft (id, workspace, seq, run_id, number, customer_id, assignees, team_id, from_address, reply_to, to_addresses, cc_addresses, bcc_addresses, subject, html, text, state, created_at)
			 SELECT :prefix || i.part, d.workspace, ${seqNow}, d.run_id, :number, d.customer_id, d.assignees, d.team_id, d.from_address, d.reply_to, d.to_addresses, d.cc_addresses, d.bcc_addresses, d.subject, d.html, d.text, 'waiting', d.created_at
			 FROM draft d JOIN intent i ON i.key = d.id WHERE d.run_id = :runId AND d.id ${those} AND d.state = 'cancelled' AND d.decided_at = :since ON CONFLICT (id) DO NOTHING`,
			{ ...about, workspace, since },
		),
	];
};

/** Whether a step that waits for its drafts (`:ref`, its row's id) has something to do again: one was approved, or none is left. */
const ofStep = (state: string) => `EXISTS (SELECT 1 FROM intent i JOIN step st ON st.run_id = i.run_id AND st.number = i.number WHERE st.id = :ref AND i.state = '${state}')`;
export const hasWord = `(${ofStep('prepared')} OR NOT ${ofStep('waiting')})`;
