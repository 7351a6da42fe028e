/** Mails: the Outbox. What was sent, captured because there is no key, or failed. */
import type { mail } from './schema/index.ts';
import { deliveryKnown } from './callbacks.ts';
import { seqNow, statement, type Statement } from './statement.ts';

export type NewMail = Omit<typeof mail.$inferInsert, 'seq' | 'deletedAt'>;

/**
 * A mail as it went, behind `bumpSeq`. The id is the intent's key: recording it again changes its outcome, never its text; one
 * that was sent or captured stays so.
 */
export const recordMail = (made: NewMail): Statement =>
	statement(
		`INSERT INTO mail (id, workspace, seq, kind, customer_id, run_id, from_address, to_addresses, cc_addresses, bcc_addresses, subject, html, text, state, provider_id, error, at, delivery, delivery_at)
		 VALUES (:id, :workspace, ${seqNow}, :kind, :customerId, :runId, :from, :to, :cc, :bcc, :subject, :html, :text, :state, :providerId, :error, :at, ${deliveryKnown('delivery')}, ${deliveryKnown('at')})
		 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state, provider_id = excluded.provider_id, error = excluded.error
		 WHERE mail.state NOT IN ('sent', 'captured')`,
		{
			id: made.id,
			workspace: made.workspace,
			kind: made.kind,
			customerId: made.customerId ?? null,
			runId: made.runId ?? null,
			from: made.from,
			to: JSON.stringify(made.to),
			cc: JSON.stringify(made.cc),
			bcc: JSON.stringify(made.bcc),
			subject: made.subject,
			html: made.html,
			text: made.text,
			state: made.state,
			providerId: made.providerId ?? null,
			error: made.error ?? null,
			at: made.at,
		},
	);
