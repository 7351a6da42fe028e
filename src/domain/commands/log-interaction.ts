import * as v from 'valibot';
import { id, line, moment, text, type Command } from './command.ts';
import { groundOf } from './ground.ts';

const args = v.object({
	id,
	customerId: id,
	contactId: v.optional(v.nullable(id), null),
	type: v.picklist(['mail', 'meeting', 'call', 'ticket', 'note']),
	direction: v.optional(v.picklist(['in', 'out', 'both']), 'both'),
	title: line(300),
	body: v.optional(text(50_000), ''),
	at: moment,
});
type Args = v.InferOutput<typeof args>;

/** Writes down a call, meeting, mail, ticket or note that happened. What happened stays true whatever changed: it is held only when whom it was with is gone. */
export const logInteraction = {
	type: 'log-interaction',
	permission: 'document.edit',
	args,
	ground: ({ customerId, contactId }: Args, read) => ({ ...groundOf(read, 'customer', customerId, ({ id }) => ({ id })), ...groundOf(read, 'contact', contactId, ({ customerId }) => ({ customerId })) }),
} satisfies Command<Args>;
