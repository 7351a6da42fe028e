import * as v from 'valibot';
import { id, line, moment, text, type Command } from './command.ts';

/** Writes down a call, meeting, mail, ticket or note that happened. */
export const logInteraction = { type: 'log-interaction', permission: 'document.edit', args: v.object({
	id,
	customerId: id,
	contactId: v.optional(v.nullable(id), null),
	type: v.picklist(['mail', 'meeting', 'call', 'ticket', 'note']),
	direction: v.optional(v.picklist(['in', 'out', 'both']), 'both'),
	title: line(300),
	body: v.optional(text(50_000), ''),
	at: moment,
}) } satisfies Command;
