/** The rows behind the truth of one moment about customers: one exchange with the store, nothing kept between moments. */
import { and, asc, eq, gt, inArray, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import type { Quotas } from '#domain/engine/quota.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Database } from './client.ts';
import { conflictsOf, type OpenConflict } from './conflicts.ts';
import { given, givenList, kept } from './kept.ts';
import { contact, customer, field, interaction, person, stage, tag, team, workspace } from './schema/index.ts';

export type CustomerRow = typeof customer.$inferSelect;
export type ContactRow = typeof contact.$inferSelect;

/** What a workspace sends with: its address and keys, and how much in a day of its own (R18). */
export type Sending = Quotas & { timeZone: string; mailFrom: string | null; resendKey: string | null; webhookSecret: string | null };
/** A customer with what belongs to it. `lastTouchAt` = its latest interaction, ms UTC. */
export type CustomerTruth = { customer: CustomerRow; contacts: ContactRow[]; lastTouchAt: number | null };
/** The settings of a workspace and the truth about some customers, as of one moment; deleted customers are left out. */
export type Truth = { settings: WorkspaceSettings; sending: Sending; customers: CustomerTruth[] };

/** The customers by id. Null when there is no such workspace. */
export const readTruth = async (database: Database, workspace: string, customerIds: string[]): Promise<Truth | null> =>
	truthFrom(await askThose(database, { workspace, ids: JSON.stringify(customerIds), limit: customerIds.length }));

/** Also which of some others are there, which nothing else is read of, and what of the first is in conflict at `now` (ms): all in one exchange. Null when there is no such workspace. */
export const readGround = async (database: Database, workspace: string, ids: { read: string[]; present: string[] }, now: number): Promise<(Truth & { present: Set<string>; conflicts: OpenConflict[] }) | null> => {
	const [[present], conflicts, ...rows] = await askGround(database, { workspace, ids: JSON.stringify(ids.read), limit: ids.read.length, present: JSON.stringify(ids.present), now });
	const truth = truthFrom(rows);
	return truth && { ...truth, present: new Set(JSON.parse(present!.ids) as string[]), conflicts };
};

/** The next customers by id after `afterId` (null = from the first): a page of the whole book. */
export const readTruthPage = async (database: Database, workspace: string, afterId: string | null, limit: number): Promise<Truth | null> =>
	truthFrom(await askPage(database, { workspace, after: afterId ?? '', limit }));

/** The customers that are in a stage (`stageId` null = in any) and since when, by id after `afterId`. */
export const readLastingPage = async (database: Database, workspace: string, lasting: { stageId: string | null; afterId: string | null }, limit: number): Promise<Truth | null> =>
	truthFrom(await (lasting.stageId === null ? askLasting : askLastingIn)(database, { workspace, after: lasting.afterId ?? '', stage: lasting.stageId, limit }));

/** What the truth is made of, about the customers that fulfil a condition. */
const queriesOf = (condition: SQL) => (database: Database) => {
	const page = and(eq(customer.workspace, given('workspace')), isNull(customer.deletedAt), condition)!;
	const pageIds = database.select({ id: customer.id }).from(customer).where(page).orderBy(asc(customer.id)).limit(given('limit'));
	const isHere = (table: typeof stage | typeof field | typeof tag | typeof team | typeof person) => and(eq(table.workspace, given('workspace')), isNull(table.deletedAt));
	return [
		database.select().from(workspace).where(eq(workspace.id, given('workspace'))),
		database.select().from(stage).where(isHere(stage)).orderBy(asc(stage.position)),
		database.select().from(field).where(isHere(field)).orderBy(asc(field.position)),
		database.select().from(tag).where(isHere(tag)),
		database.select().from(team).where(isHere(team)),
		database.select().from(person).where(isHere(person)),
		database.select().from(customer).where(page).orderBy(asc(customer.id)).limit(given('limit')),
		database.select().from(contact).where(and(inArray(contact.customerId, pageIds), isNull(contact.deletedAt))).orderBy(asc(contact.createdAt), asc(contact.id)),
		database
			.select({ customerId: interaction.customerId, at: sql<number>`MAX(${interaction.at})` })
			.from(interaction)
			.where(and(inArray(interaction.customerId, pageIds), isNull(interaction.deletedAt)))
			.groupBy(interaction.customerId),
	] as const;
};

const isAfter = gt(customer.id, given('after'));
const askThose = kept(queriesOf(inArray(customer.id, givenList('ids'))));
const askGround = kept((database) => [
	database.select({ ids: sql<string>`json_group_array(${customer.id})` }).from(customer).where(and(eq(customer.workspace, given('workspace')), isNull(customer.deletedAt), inArray(customer.id, givenList('present')))),
	conflictsOf(database, 'ids'),
	...queriesOf(inArray(customer.id, givenList('ids')))(database),
]);
const askPage = kept(queriesOf(isAfter));
const askLasting = kept(queriesOf(and(isAfter, isNotNull(customer.stage), isNotNull(customer.stageSince))!));
const askLastingIn = kept(queriesOf(and(isAfter, eq(customer.stage, given('stage')), isNotNull(customer.stageSince))!));

const truthFrom = ([spaces, stages, fields, tags, teams, people, customers, contacts, touches]: Awaited<ReturnType<typeof askThose>>): Truth | null => {
	const space = spaces[0];
	if (!space) return null;
	const settings: WorkspaceSettings = {
		id: space.id,
		name: space.name,
		timeZone: space.timeZone,
		language: space.language as WorkspaceSettings['language'],
		workingDays: space.workingDays,
		holidays: space.holidays,
		stages: stages.map(({ id, name, position, colour }) => ({ id, name, position, colour })),
		fields: fields.map(({ id, subject, name, type, options, position }) => ({ id, subject, name, type: type as WorkspaceSettings['fields'][number]['type'], options, position })),
		tags: tags.map(({ id, subject, name, colour }) => ({ id, subject, name, colour })),
		teams: teams.map(({ id, name, memberIds }) => ({ id, name, memberIds })),
		people: people.map(({ id, name, email, role, colour }) => ({ id, name, email, role: role as WorkspaceSettings['people'][number]['role'], colour })),
	};
	const contactsOf = new Map<string, ContactRow[]>(customers.map(({ id: customerId }) => [customerId, []]));
	for (const row of contacts) contactsOf.get(row.customerId)?.push(row);
	const touchedAt = new Map(touches.map((touch) => [touch.customerId, touch.at]));
	return {
		settings,
		sending: { timeZone: space.timeZone, mailFrom: space.mailFrom, resendKey: space.resendKey, webhookSecret: space.webhookSecret, mailsADay: space.mailsADay },
		customers: customers.map((row) => ({ customer: row, contacts: contactsOf.get(row.id) ?? [], lastTouchAt: touchedAt.get(row.id) ?? null })),
	};
};

const askSeq = kept((database) => [database.select({ seq: workspace.seq }).from(workspace).where(eq(workspace.id, given('workspace')))]);

/** The workspace's seq: what open screens are poked with. 0 when there is no such workspace. */
export const readSeq = async (database: Database, workspaceId: string): Promise<number> => (await askSeq(database, { workspace: workspaceId }))[0][0]?.seq ?? 0;
