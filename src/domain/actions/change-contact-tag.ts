/** Adds or removes tags of contacts, chosen by role or the triggering one (AC2). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { contactsOf, recipientsSchema, type Recipients } from './recipients.ts';
import { chosen, edited } from '../triggers/parameters.ts';

type Params = { contacts: Recipients; addTags: string[]; removeTags: string[] };

export const changeContactTag: Action<Params> = {
	type: 'change-contact-tag',
	icon: 'tags',
	group: 'customer',
	schema: v.pipe(
		v.object({
			contacts: v.pipe(recipientsSchema(), edited('recipients', 'contacts')),
			addTags: v.pipe(v.optional(v.array(chosen()), []), edited('contact-tag', 'add_tags')),
			removeTags: v.pipe(v.optional(v.array(chosen()), []), edited('contact-tag', 'remove_tags')),
		}),
		v.forward(v.check(({ addTags, removeTags }) => addTags.length + removeTags.length > 0, 'required'), ['addTags']),
	),
	initial: () => ({ contacts: ['all'], addTags: [], removeTags: [] }),
	plan: ({ contacts, addTags, removeTags }, facts) => {
		const gone = [...addTags, ...removeTags].find((tag) => !facts.settings.tags.some(({ id, subject }) => id === tag && subject === 'contact'));
		if (gone) return { refusal: { code: 'unknown-tag', detail: { tag: gone } } };
		const edits = contactsOf(contacts, facts).flatMap(({ id }) => [
			...addTags.map((tag) => ({ edit: 'add-contact-tag', args: { id, tag } })),
			...removeTags.map((tag) => ({ edit: 'remove-contact-tag', args: { id, tag } })),
		]);
		// Nobody to tag is nothing to do, not an error: the record shows it.
		if (edits.length === 0) return { intents: [], notes: { contacts: 0 } };
		return { intents: [{ part: 0, request: { kind: 'document-edit', document: facts.customer.id, edits } }] };
	},
	references: ({ addTags, removeTags }) => [...addTags.map((id) => ({ kind: 'contact-tag' as const, id, param: 'addTags' })), ...removeTags.map((id) => ({ kind: 'contact-tag' as const, id, param: 'removeTags' }))],
};
