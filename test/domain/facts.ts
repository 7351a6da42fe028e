/** A workspace and one record's truth for tests of the domain: every field type, people, tags, contacts in every role. */
import type { ContactFacts, Facts } from '#domain/engine/facts.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';

/** Wednesday 18 March 2026, 12:00 in Paris. */
export const noon = Date.parse('2026-03-18T11:00:00Z');
export const day = 86_400_000;

export const settings: WorkspaceSettings = {
	id: 'workspace',
	name: 'Northwind CS',
	timeZone: 'Europe/Paris',
	language: 'en',
	workingDays: [1, 2, 3, 4, 5],
	holidays: ['2026-04-06'],
	stages: [
		{ id: 'stage_new', name: 'New', position: 0, colour: 'blue' },
		{ id: 'stage_live', name: 'Live', position: 1, colour: 'green' },
	],
	fields: [
		{ id: 'f_goal', subject: 'customer', name: 'Key goal (2026)', type: 'text', options: null, position: 0 },
		{ id: 'f_seats', subject: 'customer', name: 'Seats', type: 'number', options: null, position: 1 },
		{ id: 'f_kickoff', subject: 'customer', name: 'Kick-off', type: 'date', options: null, position: 2 },
		{ id: 'f_plan', subject: 'customer', name: 'Plan', type: 'choice', options: [{ id: 'pro', label: 'Pro' }, { id: 'free', label: 'Free' }], position: 3 },
		{ id: 'f_engineer', subject: 'customer', name: 'Ingénieur', type: 'user', options: null, position: 4 },
		{ id: 'f_pulse', subject: 'customer', name: 'Pulse', type: 'score', options: null, position: 5 },
		{ id: 'f_budget', subject: 'customer', name: 'Budget', type: 'money', options: null, position: 6 },
		{ id: 'f_vip', subject: 'customer', name: 'VIP', type: 'boolean', options: null, position: 7 },
		{ id: 'f_shadow', subject: 'customer', name: 'Name', type: 'text', options: null, position: 8 },
		{ id: 'f_language', subject: 'contact', name: 'Language', type: 'text', options: null, position: 0 },
	],
	tags: [
		{ id: 'tag_hot', subject: 'customer', name: 'Hot', colour: 'red' },
		{ id: 'tag_cold', subject: 'customer', name: 'Cold', colour: 'blue' },
		{ id: 'tag_vip', subject: 'contact', name: 'VIP contact', colour: 'green' },
	],
	teams: [{ id: 'team_care', name: 'Care', memberIds: ['user_bo', 'user_gone'] }],
	people: [
		{ id: 'user_ann', name: 'Ann Smith', email: 'ann@cs.example', role: 'csm', colour: 'red' },
		{ id: 'user_bo', name: 'Bo Li', email: 'bo@cs.example', role: 'administrator', colour: 'blue' },
	],
};

const contact = (id: string, name: string, email: string | null, roles: string[]): ContactFacts => ({ id, name, email, phone: null, title: null, roles, tags: [], createdAt: noon - 30 * day, mergedFrom: [], f_language: null });

export const contacts = [
	contact('c_mia', 'Mia "M" O’Neil <CEO>', 'mia@customer.example', ['champion']),
	contact('c_tom', 'Tom Roe', 'tom@customer.example', ['sponsor', 'key-user']),
	contact('c_zed', 'Zed Null', null, ['champion', 'end-user']),
];

/** The facts, with changes: `factsOf({ customer: { stage: null } })`. */
export function factsOf(change: Partial<Omit<Facts, 'customer'>> & { customer?: Record<string, Facts['customer'][string]> } = {}): Facts {
	const base: Facts = {
		customer: {
			id: 'customer_acme', name: 'Acme & Sons', domain: 'acme.example', externalId: 'A-1', parentId: null, stage: 'stage_new', stageSince: noon - 10 * day, owner: 'user_ann',
			tags: ['tag_hot'], team: ['user_bo'], mrr: 1200, renewalAt: noon + 20 * day, createdAt: noon - 100 * day, lastTouchAt: null,
			f_goal: 'Grow', f_seats: 25, f_kickoff: Date.parse('2026-04-15T22:00:00Z'), f_plan: 'pro', f_engineer: 'user_bo', f_pulse: 4, f_budget: 5000.5, f_vip: true, f_shadow: 'Shadow',
		},
		contacts,
		owner: settings.people[0]!,
		event: null,
		run: null,
		settings,
	};
	return { ...base, ...change, customer: { ...base.customer, ...change.customer } };
}
