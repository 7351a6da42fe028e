/** What signing in brings: the workspaces that invited the person, or, for the very first one, a new workspace. */
import { asc, eq } from 'drizzle-orm';
import { commitIn } from '#db/commands.ts';
import type { Database } from '#db/client.ts';
import { foundStatements, invitationsFor, joinStatements, membershipsOf, settleInvitation, userStatement } from '#db/people.ts';
import { user, workspace } from '#db/schema/people.ts';
import type { Role } from '#domain/access/roles.ts';
import type { Settings } from './environment.ts';
import { generatedId } from './generated-id.ts';
import { poke } from './rooms.ts';

type Who = { id: string; name: string; email: string };

/** A person's name until they give one: `maria.anders@…` reads Maria Anders. */
export const nameFrom = (email: string): string =>
	email
		.split('@')[0]!
		.split(/[._+-]+/)
		.filter(Boolean)
		.map((part) => part[0]!.toUpperCase() + part.slice(1))
		.join(' ') || email;

/** Accepts the open invitations of a user who just proved their address. Returns the workspace their session begins in, or null when they have none. */
export async function joinWhereInvited(db: Database, settings: Settings, userId: string): Promise<string | null> {
	const [row] = await db.select().from(user).where(eq(user.id, userId));
	if (!row) throw new Error(`no user ${userId}`);
	const who = { id: row.id, name: row.name || nameFrom(row.email), email: row.email };
	if (!row.name) await db.update(user).set({ name: who.name }).where(eq(user.id, userId));
	const now = new Date();
	let joined: string | null = null;
	for (const invited of await invitationsFor(db, row.email, now)) {
		const seq = await commitIn(db, invited.organizationId, [
			...joinStatements(db, invited.organizationId, who, (invited.role ?? 'reader') as Role, generatedId('member'), now),
			settleInvitation(db, invited.id, 'accepted'),
		]);
		// Null: they are a member already, and the invitation has nothing to give.
		if (seq === null) await db.batch([settleInvitation(db, invited.id, 'canceled')]);
		else {
			joined ??= invited.organizationId;
			await poke(settings, invited.organizationId, seq);
		}
	}
	if (joined) return joined;
	const own = await membershipsOf(db, userId);
	if (own[0]) return own[0].id;
	const [any] = await db.select({ id: workspace.id }).from(workspace).orderBy(asc(workspace.createdAt)).limit(1);
	return any ? null : foundWorkspace(db, who, false);
}

/** Makes "My workspace" with its default stages and its first administrator, in one batch. `isNewUser` makes the user too. */
export async function foundWorkspace(db: Database, who: Who, isNewUser: boolean): Promise<string> {
	const id = generatedId('workspace');
	const now = new Date();
	const found = foundStatements(db, { id, name: 'My workspace', timeZone: 'Europe/Paris' }, generatedId, now);
	await db.batch([...found, ...(isNewUser ? [userStatement(db, who, now)] : []), ...joinStatements(db, id, who, 'administrator', generatedId('member'), now)]);
	return id;
}
