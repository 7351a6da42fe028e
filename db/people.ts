/**
 * Users, workspaces and who may do what in them. `person` is the mirror's copy of user × member: every change of a membership
 * changes both in one batch, so they can't part.
 */
import { and, asc, desc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Role } from '#domain/access/roles.ts';
import type { Database } from './client.ts';
import type { Statement } from './commands.ts';
import { invitation, member, person, session, user, verification, workspace } from './schema/people.ts';
import { stage } from './schema/settings.ts';
import { seqOf } from './sync.ts';

export type Membership = { id: string; name: string; role: Role };
export type WorkspaceRow = typeof workspace.$inferSelect;

/** The colours of people's cursors and names: readable on light and dark. */
const palette = ['#2563eb', '#c2410c', '#15803d', '#9333ea', '#be185d', '#0f766e', '#a16207', '#4f46e5', '#b91c1c', '#0369a1'];
/** The same person has the same colour everywhere. */
const colourOf = (userId: string): string => palette[[...userId].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 9973, 7) % palette.length]!;

/** The workspaces a user belongs to, oldest membership first. */
export const membershipsOf = async (db: Database, userId: string): Promise<Membership[]> =>
	(await db
		.select({ id: workspace.id, name: workspace.name, role: member.role })
		.from(member)
		.innerJoin(workspace, eq(workspace.id, member.organizationId))
		.where(eq(member.userId, userId))
		.orderBy(asc(member.createdAt), asc(member.id))) as Membership[];

export const workspaceRow = async (db: Database, id: string): Promise<WorkspaceRow | null> => (await db.select().from(workspace).where(eq(workspace.id, id)))[0] ?? null;

/** Every workspace's id: what the outside tick wakes (R3). */
export const workspaceIds = async (db: Database): Promise<string[]> => (await db.select({ id: workspace.id }).from(workspace)).map(({ id }) => id);

export const userByEmail = async (db: Database, email: string) => (await db.select().from(user).where(eq(user.email, email.toLowerCase())))[0] ?? null;

export const isAnyUserThere = async (db: Database): Promise<boolean> => (await db.select({ id: user.id }).from(user).limit(1)).length > 0;

/** The member who has administered for longest: whom `npm start` signs in. */
export const firstAdministrator = async (db: Database) =>
	(
		await db
			.select({ id: user.id, email: user.email })
			.from(member)
			.innerJoin(user, eq(user.id, member.userId))
			.where(eq(member.role, 'administrator'))
			.orderBy(asc(member.createdAt), asc(member.id))
			.limit(1)
	)[0] ?? null;

/** Open invitations for an address, newest first. */
export const invitationsFor = (db: Database, email: string, now: Date) =>
	db
		.select()
		.from(invitation)
		.where(and(eq(invitation.email, email.toLowerCase()), eq(invitation.status, 'pending'), gt(invitation.expiresAt, now)))
		.orderBy(desc(invitation.createdAt));

/** Statements that make a user a member, with the mirror's copy. Joining again after having left brings the person back. */
export const joinStatements = (db: Database, workspaceId: string, who: { id: string; name: string; email: string }, role: Role, memberId: string, now: Date): Statement[] => {
	const copy = { name: who.name, email: who.email, role, colour: colourOf(who.id), seq: seqOf(workspaceId), deletedAt: null };
	return [
		db.insert(member).values({ id: memberId, organizationId: workspaceId, userId: who.id, role, createdAt: now }),
		db
			.insert(person)
			.values({ workspace: workspaceId, id: who.id, ...copy })
			.onConflictDoUpdate({ target: [person.workspace, person.id], set: copy }),
	];
};

/** Statement that ends an invitation. */
export const settleInvitation = (db: Database, id: string, status: 'accepted' | 'canceled'): Statement => db.update(invitation).set({ status }).where(eq(invitation.id, id));

/** Statements of an invitation that takes the place of older ones to the same address. */
export const inviteStatements = (db: Database, row: typeof invitation.$inferInsert): Statement[] => [
	db
		.update(invitation)
		.set({ status: 'canceled' })
		.where(and(eq(invitation.organizationId, row.organizationId), eq(invitation.email, row.email), eq(invitation.status, 'pending'))),
	db.insert(invitation).values(row),
];

/** Statements that give a member another role. */
export const roleStatements = (db: Database, workspaceId: string, userId: string, role: Role): Statement[] => [
	db
		.update(member)
		.set({ role })
		.where(and(eq(member.organizationId, workspaceId), eq(member.userId, userId))),
	db
		.update(person)
		.set({ role, seq: seqOf(workspaceId) })
		.where(and(eq(person.workspace, workspaceId), eq(person.id, userId))),
];

/** Statements that take a membership away; sessions that were in this workspace are in none. */
export const leaveStatements = (db: Database, workspaceId: string, userId: string, now: number): Statement[] => [
	db.delete(member).where(and(eq(member.organizationId, workspaceId), eq(member.userId, userId))),
	db
		.update(person)
		.set({ deletedAt: now, seq: seqOf(workspaceId) })
		.where(and(eq(person.workspace, workspaceId), eq(person.id, userId))),
	db
		.update(session)
		.set({ activeOrganizationId: null })
		.where(and(eq(session.userId, userId), eq(session.activeOrganizationId, workspaceId))),
];

/** A member of a workspace, or null. */
export const memberOf = async (db: Database, workspaceId: string, userId: string) =>
	(
		await db
			.select()
			.from(person)
			.where(and(eq(person.workspace, workspaceId), eq(person.id, userId), isNull(person.deletedAt)))
	)[0] ?? null;

/** Condition: somebody other than this user administers the workspace (it must never be without). */
export const anotherAdministrator = (workspaceId: string, userId: string) =>
	sql`EXISTS (SELECT 1 FROM member WHERE organization_id = ${workspaceId} AND user_id <> ${userId} AND role = 'administrator')`;

/** Whether somebody other than this user administers the workspace now. */
export const isLedBeside = async (db: Database, workspaceId: string, userId: string): Promise<boolean> =>
	(await db.all<{ isLed: number }>(sql`SELECT ${anotherAdministrator(workspaceId, userId)} AS isLed`))[0]?.isLed === 1;

/** Which of these users are members. */
export const membersAmong = async (db: Database, workspaceId: string, userIds: string[]): Promise<Set<string>> =>
	new Set((await db.select({ id: person.id }).from(person).where(and(eq(person.workspace, workspaceId), isNull(person.deletedAt), inArray(person.id, userIds)))).map(({ id }) => id));

/** What a new workspace begins with. */
const firstStages = [
	{ name: 'Onboarding', colour: '#2563eb' },
	{ name: 'Adoption', colour: '#0f766e' },
	{ name: 'Growth', colour: '#15803d' },
	{ name: 'Renewal', colour: '#9333ea' },
	{ name: 'At risk', colour: '#c2410c' },
	{ name: 'Churned', colour: '#6b7280' },
] as const;

/** Mails of one sender a day, until an administrator says otherwise: providers distrust an address that sends thousands at once. */
const firstMailsADay = 1_000;

/** Statements of a new workspace with its stages. Its seq is 1: the first rows carry it. */
export const foundStatements = (db: Database, made: { id: string; name: string; timeZone: string }, newId: (prefix: string) => string, now: Date): [Statement, ...Statement[]] => [
	db.insert(workspace).values({ id: made.id, name: made.name, slug: made.id, timeZone: made.timeZone, mailsADay: firstMailsADay, createdAt: now, seq: 1 }),
	...firstStages.map(({ name, colour }, position) => db.insert(stage).values({ workspace: made.id, seq: 1, id: newId('stage'), name, colour, position })),
];

/** Statement of a user whose address is proven by what comes next (a link that is sent, or printed at the machine itself). */
export const userStatement = (db: Database, row: { id: string; name: string; email: string }, now: Date): Statement =>
	db.insert(user).values({ ...row, email: row.email.toLowerCase(), emailVerified: true, createdAt: now, updatedAt: now });

/** Forgets sign-in links that nobody used. */
export const dropExpiredLinks = (db: Database, now: Date): Statement => db.delete(verification).where(lt(verification.expiresAt, now));
