/**
 * The demo book: forty customers with contacts, agreements, twelve weeks of usage and what was said. Generated from the companies
 * written in companies.ts: the same company always gets the same numbers, dates count from `now`.
 */
import { companies, type Company, type Story } from './companies.ts';
import { linesFor } from './talk.ts';

const dayMs = 86_400_000;
const weeks = 12;

/** What of a workspace the book refers to: ids by name. An unknown name leaves its field empty. */
export type DemoGround = { owner: string; stages: Map<string, string>; tags: Map<string, string>; fields: { country: string; industry: string; seats: string } };
export type DemoInteraction = { contact: number; type: 'mail' | 'meeting' | 'call' | 'ticket' | 'note'; direction: 'in' | 'out' | 'both'; title: string; body: string; at: number };
export type DemoWeek = { week: string; connections: number; activeUsers: number };
export type DemoCustomer = { key: string; seed: Record<string, unknown> & { name: string }; interactions: DemoInteraction[]; usage: DemoWeek[] };
/** Ids of what is inside a customer: its contacts and agreements. */
export type IdOf = (kind: 'contact' | 'agreement', key: string, index: number) => string;

/** Numbers in [0, 1) that depend on the text alone (mulberry32). */
function dice(text: string): () => number {
	let state = [...text].reduce((sum, character) => Math.imul(sum ^ character.codePointAt(0)!, 0x01000193) >>> 0, 0x811c9dc5);
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** `Żaneta Wójcik` at `x.example` → `zaneta.wojcik@x.example`. */
const addressOf = (name: string, domain: string): string =>
	`${name
		.replace(/^Dr /, '')
		.replace(/[øØ]/g, 'o')
		.replace(/[łŁ]/g, 'l')
		.replace(/ß/g, 'ss')
		.replace(/[æÆ]/g, 'ae')
		.replace(/ı/g, 'i')
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z]+/g, '.')}@${domain}`;

/** Monday of the week that holds `at`, as an ISO date. */
const mondayOf = (at: number): string => new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * dayMs).toISOString().slice(0, 10);

/** How busy a customer is in week 0 (oldest) to 11, as a part of its seats. */
const curves: Record<Story, (week: number) => number> = {
	growing: (week) => 0.35 + week * 0.045,
	steady: () => 0.62,
	fading: (week) => Math.max(0.06, 0.72 - week * 0.058),
	silent: (week) => (week < 4 ? 0.3 - week * 0.07 : 0),
	new: (week) => (week < 8 ? 0 : 0.12 + (week - 8) * 0.14),
	seasonal: (week) => 0.4 + 0.35 * Math.sin((week / 11) * Math.PI),
};

function usageOf(company: Company, now: number, roll: () => number): DemoWeek[] {
	return Array.from({ length: weeks }, (_, week) => {
		const activeUsers = Math.round(company.seats * Math.min(1, curves[company.story](week) * (0.88 + roll() * 0.24)));
		return { week: mondayOf(now - (weeks - 1 - week) * 7 * dayMs), activeUsers, connections: Math.round(activeUsers * (2.5 + roll() * 2.5)) };
	});
}

/** 3 to 10 of them over the last 12 weeks; whom nobody hears from had their last contact weeks ago, who is new has only been here for four. */
function interactionsOf(company: Company, now: number, roll: () => number): DemoInteraction[] {
	const lines = linesFor(company.story);
	const count = Math.min(3 + Math.floor(roll() * 8), lines.length);
	const [from, to] = company.story === 'silent' ? [80, 24] : company.story === 'new' ? [28, 1] : [82, 1];
	const chosen = lines.map((line, index) => ({ line, order: index < 3 ? roll() * 0.5 : roll() })).sort((a, b) => a.order - b.order).slice(0, count);
	return chosen.map(({ line: [type, direction, title, body] }, index) => {
		const contact = Math.floor(roll() * company.people.length);
		const day = from - ((from - to) * (index + roll() * 0.8)) / count;
		const workday = Math.floor((now - day * dayMs) / dayMs) * dayMs + (8 + Math.floor(roll() * 9)) * 3_600_000 + Math.floor(roll() * 12) * 300_000;
		const weekend = [1, 0, 0, 0, 0, 0, 2][new Date(workday).getUTCDay()]!;
		const who = company.people[contact]![0].replace(/^Dr /, '').split(' ')[0]!;
		const fill = (text: string) => text.replaceAll('{who}', who).replaceAll('{company}', company.name);
		return { contact, type, direction, title: fill(title), body: fill(body), at: Math.min(workday - weekend * dayMs, now - 3_600_000) };
	});
}

function agreementsOf(company: Company, now: number, idOf: IdOf, roll: () => number) {
	const endAt = now + company.renews * dayMs;
	const isOver = company.renews < 0;
	const main = { id: idOf('agreement', company.domain, 0), name: company.seats >= 100 ? 'Business plan' : 'Team plan', status: isOver ? 'FINISHED' : 'ACTIVE', mrr: company.mrr, startAt: endAt - 365 * dayMs, endAt, noticeDays: company.seats >= 100 ? 90 : 30, isTacit: roll() < 0.6 };
	if (isOver || !(company.tags.includes('Expansion') || company.seats >= 150)) return [main];
	return [main, { ...main, id: idOf('agreement', company.domain, 1), name: company.tags.includes('Expansion') ? 'Expansion' : 'Premium support', status: company.tags.includes('Expansion') ? 'PENDING' : 'ACTIVE', mrr: Math.round(company.mrr * 0.2), startAt: company.tags.includes('Expansion') ? now + 30 * dayMs : main.startAt, isTacit: false }];
}

/** The whole book. `idOf` makes the ids of contacts and agreements; `now` in ms. */
export const demoBook = (now: number, ground: DemoGround, idOf: IdOf): DemoCustomer[] =>
	companies.map((company, number) => {
		const roll = dice(company.name);
		const { name, domain, people, focus } = company;
		const seed = {
			...{ name, domain, externalId: `CB-${String(number + 1).padStart(3, '0')}`, stage: ground.stages.get(company.stage) ?? null, owner: ground.owner },
			tags: company.tags.flatMap((tag) => ground.tags.get(tag) ?? []),
			custom: { [ground.fields.country]: company.country, [ground.fields.industry]: company.industry, [ground.fields.seats]: company.seats },
			contacts: people.map(([person, title, role], index) => ({ id: idOf('contact', domain, index), name: person, email: addressOf(person, domain), title, roles: [role] })),
			agreements: agreementsOf(company, now, idOf, roll),
			focusAreas: focus,
		};
		return { key: domain, seed, interactions: interactionsOf(company, now, roll), usage: usageOf(company, now, roll) };
	});
