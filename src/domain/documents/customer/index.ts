/** The customer: kept together by its team, changed by playbooks through the same edits. */
import * as v from 'valibot';
import { id, line, text, userId } from '../../commands/command.ts';
import { paragraphsInto } from '../../rich-text/write.ts';
import type { DocumentType } from '../document-type.ts';
import { pathsOf } from '../paths.ts';
import { review } from './conflicts.ts';
import { agreementArgs, contactArgs, edits, putAgreement, putContact } from './edits.ts';
import { events } from './events.ts';
import { heal } from './heal.ts';
import { projection } from './projection.ts';
import { customValue, fields, fieldSchema, focusAreas, isCustomField, meta, tags, team } from './shape.ts';

/** What a customer may be created with: by a person, an import or the demo book. `focusAreas` are paragraphs of plain text. */
export const seed = v.object({
	name: line(200),
	domain: v.optional(v.nullable(v.string())),
	externalId: v.optional(v.nullable(v.string())),
	parentId: v.optional(v.nullable(id)),
	stage: v.optional(v.nullable(id)),
	owner: v.optional(v.nullable(userId)),
	tags: v.optional(v.array(id), []),
	team: v.optional(v.array(userId), []),
	custom: v.optional(
		v.pipe(
			v.record(v.string(), customValue),
			v.check((values) => Object.keys(values).every(isCustomField), 'custom fields are named f_…'),
		),
		{},
	),
	contacts: v.optional(v.array(contactArgs), []),
	agreements: v.optional(v.array(agreementArgs), []),
	focusAreas: v.optional(v.array(text(10_000)), []),
});
export type CustomerSeed = v.InferInput<typeof seed>;

const schemaVersion = 1;

export const customer: DocumentType = {
	type: 'customer',
	schemaVersion,
	seed,
	skeleton: (doc, { id: own, workspace, at, args }) =>
		doc.transact(() => {
			const given = v.parse(seed, args);
			for (const [key, value] of Object.entries({ type: 'customer', schemaVersion, id: own, workspace, createdAt: at })) meta(doc).set(key, value);
			const { name, domain, externalId, parentId, stage, owner } = given;
			for (const [key, value] of Object.entries({ name, domain, externalId, parentId, stage, owner })) if (value != null) fields(doc).set(key, v.parse(fieldSchema('customer', key)!, value));
			for (const [key, value] of Object.entries(given.custom)) if (value !== null) fields(doc).set(key, value);
			for (const key of given.tags) tags(doc).set(key, true);
			for (const key of given.team) team(doc).set(key, true);
			for (const contact of given.contacts) putContact(doc, { createdAt: at, ...contact });
			for (const agreement of given.agreements) putAgreement(doc, agreement);
			paragraphsInto(focusAreas(doc), given.focusAreas);
		}),
	edits,
	projection,
	events,
	heal,
	review,
	stamps: { customer: { stage: 'stageSince', '*': 'updatedAt' } },
	pathOf: (event) => [...new Set(pathsOf(event).map((path) => path.replace(/^team\/.*/, 'team').replace(/^(contacts\/[^/]+)\/role:.*/, '$1/roles')))],
};
