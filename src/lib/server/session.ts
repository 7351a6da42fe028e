/** The session of a request: the user, their workspaces, and the one they are in. */
import type { Database } from '#db/client.ts';
import { memberOf, membershipsOf, workspaceRow, type Membership, type WorkspaceRow } from '#db/people.ts';
import { may, type Role } from '#domain/access/roles.ts';
import { authOf } from './auth.ts';
import type { Settings } from './environment.ts';

export type User = { id: string; name: string; email: string };
/** A user as a member of the workspace they are in: what every endpoint decides rights by. */
export type Member = { user: User; workspaceId: string; role: Role; /** An API key, which no person's list of members has. */ isProgram?: boolean };
export type Session = { id: string; user: User; workspaces: Membership[]; member: Member | null };

/** The request's session, read from the store (a membership that was taken away is gone at once), or null. */
export async function sessionOf(db: Database, settings: Settings, headers: Headers): Promise<Session | null> {
	const found = await authOf({ db, settings }).api.getSession({ headers });
	if (!found) return null;
	const user = { id: found.user.id, name: found.user.name, email: found.user.email };
	const workspaces = await membershipsOf(db, user.id);
	const active = (found.session as { activeOrganizationId?: string | null }).activeOrganizationId;
	const current = workspaces.find(({ id }) => id === active) ?? workspaces[0] ?? null;
	return { id: found.session.id, user, workspaces, member: current && { user, workspaceId: current.id, role: current.role } };
}

/** What the device is told of its workspace: the scalars of WorkspaceSettings, and what is set without saying its secrets. */
const workspaceScalars = (row: WorkspaceRow) => ({
	id: row.id,
	name: row.name,
	timeZone: row.timeZone,
	language: row.language,
	workingDays: row.workingDays,
	holidays: row.holidays,
	mailFrom: row.mailFrom,
	hasResendKey: row.resendKey !== null,
	hasWebhookSecret: row.webhookSecret !== null,
	hasResendWebhookSecret: row.resendWebhookSecret !== null,
	mailsADay: row.mailsADay,
	isPaused: row.isPaused,
	conflictHours: row.conflictHours,
});

/** `GET /api/session`: everything about who is asking (docs/protocol.md). Null when their workspace is gone. */
export async function describeSession(db: Database, settings: Settings, { user, workspaces, member }: Session) {
	const row = member && (await workspaceRow(db, member.workspaceId));
	if (!member || !row) return null;
	const person = await memberOf(db, member.workspaceId, user.id);
	return { user: { ...user, colour: person?.colour ?? '#2563eb' }, workspaces, workspace: { ...workspaceScalars(row), alertUrl: may(member.role, 'settings.change') ? row.alertUrl : null }, role: member.role, roomsUrl: settings.PUBLIC_ROOMS_URL };
}
