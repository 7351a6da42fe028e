/** Which people of the workspace a step means: the owner, chosen ones, the one in a custom field, a team (EM2, AC3). */
import * as v from 'valibot';
import type { Reference } from './action.ts';
import type { Facts } from '../engine/facts.ts';
import type { Person } from '../settings.ts';
import { chosen } from '../triggers/parameters.ts';

const owner = v.object({ kind: v.literal('owner') });
const field = v.object({ kind: v.literal('field'), field: chosen() });

/** Who gets a task or an internal mail. */
export const assigneesSchema = (least = 1) =>
	v.variant('kind', [owner, v.object({ kind: v.literal('users'), ids: v.pipe(v.array(chosen()), v.minLength(least, 'required')) }), field, v.object({ kind: v.literal('team'), team: chosen() })], 'required');
export type Assignees = { kind: 'owner' } | { kind: 'users'; ids: string[] } | { kind: 'field'; field: string } | { kind: 'team'; team: string };

/** Whom a mail comes from. */
export const senderSchema = () => v.variant('kind', [owner, v.object({ kind: v.literal('user'), id: chosen() }), field], 'required');
export type Sender = { kind: 'owner' } | { kind: 'user'; id: string } | { kind: 'field'; field: string };

/** The people meant, of those who are still in the workspace; none when the field is blank or nobody is left. */
export function peopleOf(who: Assignees | Sender, facts: Facts): Person[] {
	const { people, teams } = facts.settings;
	const byId = (ids: readonly unknown[]) => ids.flatMap((id) => people.find((person) => person.id === id) ?? []);
	switch (who.kind) {
		case 'owner': return facts.owner ? [facts.owner] : [];
		case 'users': return byId(who.ids);
		case 'user': return byId([who.id]);
		case 'field': return byId([facts.customer[fieldKey(who.field)] ?? null]);
		case 'team': return byId(teams.find((team) => team.id === who.team)?.memberIds ?? []);
	}
}

/** A field's key in the customer's facts, from its id or its path. */
export const fieldKey = (field: string): string => field.replace(/^customer\./, '');

/** What of the workspace they name. */
export function referencesOfPeople(who: Assignees | Sender, param: string): Reference[] {
	switch (who.kind) {
		case 'owner': return [];
		case 'users': return who.ids.map((id) => ({ kind: 'user', id, param }));
		case 'user': return [{ kind: 'user', id: who.id, param }];
		case 'field': return [{ kind: 'user-field', id: fieldKey(who.field), param }];
		case 'team': return [{ kind: 'team', id: who.team, param }];
	}
}
