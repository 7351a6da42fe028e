/** The rows behind the truth of one moment about customers: one exchange with the store, nothing kept between moments. */
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Database } from './client.ts';
import { contact, customer, field, interaction, person, stage, tag, team, workspace } from './schema/index.ts';

export type CustomerRow = typeof customer.$inferSelect;
export type ContactRow = typeof contact.$inferSelect;

/** What a workspace sends with: its address and keys. */
export type Sending = { mailFrom: string | null; resendKey: string | null; webhookSecret: string | null };
/** A customer with what belongs to it. `lastTouchAt` = its latest interaction, ms UTC. */
export type CustomerTruth = { customer: CustomerRow; contacts: ContactRow[]; lastTouchAt: number | null };
/** The settings of a workspace and the truth about some customers, as of one moment; deleted customers are left out. */
export type Truth = { settings: WorkspaceSettings; sending: Sending; customers: CustomerTruth[] };

/** The customers by id. Null when there is no such workspace. */
export const readTruth = (database: Database, workspaceId: string, customerIds: string[]): Promise<Truth | null> => {
	const ids = sql`(SELECT value FROM json_each(${JSON.stringify(customerIds)}))`;
	return readWhere(database, workspaceId, sql`${customer.id} IN ${ids}`, customerIds.length);
};

/** The next customers by id after `afterId` (null = from the first): a page of the whole book. */
export const readTruthPage = (database: Database, workspaceId: string, afterId: string | null, limit: number): Promise<Truth | null> =>
	readWhere(database, workspaceId, gt(customer.id, afterId ?? ''), limit);

/** The customers that are in a stage (`stageId` null = in any) and since when, by id after `afterId`. */
export const readLastingPage = (database: Database, workspaceId: string, lasting: { stageId: string | null; afterId: string | null }, limit: number): Promise<Truth | null> =>
	readWhere(
		database,
		workspaceId,
		and(gt(customer.id, lasting.afterId ?? ''), lasting.stageId === null ? sql`${customer.stage} IS NOT NULL` : eq(customer.stage, lasting.stageId), sql`${customer.stageSince} IS NOT NULL`)!,
		limit,
	);

const readWhere = async (database: Database, id: string, condition: ReturnType<typeof sql>, limit: number): Promise<Truth | null> => {
	const page = and(eq(customer.workspace, id), isNull(customer.deletedAt), condition)!;
	const pageIds = database.select({ id: customer.id }).from(customer).where(page).orderBy(asc(customer.id)).limit(limit);
	const isHere = (table: typeof stage | typeof field | typeof tag | typeof team | typeof person) => and(eq(table.workspace, id), isNull(table.deletedAt));
	const [spaces, stages, fields, tags, teams, people, customers, contacts, touches] = await database.batch([
		database.select().from(workspace).where(eq(workspace.id, id)),
		database.select().from(stage).where(isHere(stage)).orderBy(asc(stage.position)),
		database.select().from(field).where(isHere(field)).orderBy(asc(field.position)),
		database.select().from(tag).where(isHere(tag)),
		database.select().from(team).where(isHere(team)),
		database.select().from(person).where(isHere(person)),
		database.select().from(customer).where(page).orderBy(asc(customer.id)).limit(limit),
		database.select().from(contact).where(and(inArray(contact.customerId, pageIds), isNull(contact.deletedAt))).orderBy(asc(contact.createdAt), asc(contact.id)),
		database
			.select({ customerId: interaction.customerId, at: sql<number>`MAX(${interaction.at})` })
			.from(interaction)
			.where(and(inArray(interaction.customerId, pageIds), isNull(interaction.deletedAt)))
			.groupBy(interaction.customerId),
	]);
	const space = spaces[0];
	if (!space) return null;
	const settings: WorkspaceSettings = {
		id,
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
		sending: { mailFrom: space.mailFrom, resendKey: space.resendKey, webhookSecret: space.webhookSecret },
		customers: customers.map((row) => ({ customer: row, contacts: contactsOf.get(row.id) ?? [], lastTouchAt: touchedAt.get(row.id) ?? null })),
	};
};

/** The workspace's seq: what open screens are poked with. 0 when there is no such workspace. */
export const readSeq = async (database: Database, workspaceId: string): Promise<number> =>
	(await database.select({ seq: workspace.seq }).from(workspace).where(eq(workspace.id, workspaceId)))[0]?.seq ?? 0;
