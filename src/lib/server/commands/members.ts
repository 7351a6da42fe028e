/** Who belongs to the workspace, and with which role. The mirror's people follow in the same batch; open rooms at once (S6). */
import { anotherAdministrator, isLedBeside, inviteStatements, leaveStatements, memberOf, roleStatements, userByEmail } from '#db/people.ts';
import { guardSql } from '#db/commands.ts';
import type { Role } from '#domain/access/roles.ts';
import { linkFor, linkLifeSeconds } from '../auth.ts';
import type { Settings } from '../environment.ts';
import { generatedId } from '../generated-id.ts';
import { sendMail } from '../mail.ts';
import { callRoom } from '../rooms.ts';
import { accepted, refused, type Handler } from './decision.ts';

export const invitePerson: Handler<{ email: string; role: Role }> = async ({ db, settings, args, member, now }) => {
	const { email, role } = args;
	const user = await userByEmail(db, email);
	if (user && (await memberOf(db, member.workspaceId, user.id))) return refused('already-member', { userId: user.id });
	const expiresAt = new Date(now + linkLifeSeconds.invitation * 1000);
	const row = { id: generatedId('invitation'), organizationId: member.workspaceId, email, role, status: 'pending', expiresAt, inviterId: member.user.id, createdAt: new Date(now) };
	const mail = async () => sendMail(db, settings, { kind: 'invitation', to: email, url: await linkFor(db, settings, email, linkLifeSeconds.invitation), workspaces: [member.workspaceId], invitedBy: member.user.name }, now);
	return accepted(inviteStatements(db, row), { result: { email }, followUp: mail });
};

export const changeRole: Handler<{ userId: string; role: Role }> = async ({ db, settings, args, member }) => {
	const person = await memberOf(db, member.workspaceId, args.userId);
	if (!person) return refused('no-such-person');
	if (person.role === args.role) return accepted([]);
	const isStillLed = args.role === 'administrator' ? [] : [guardSql(db, anotherAdministrator(member.workspaceId, args.userId))];
	if (isStillLed.length > 0 && !(await isLedBeside(db, member.workspaceId, args.userId))) return refused('last-administrator');
	return accepted([...isStillLed, ...roleStatements(db, member.workspaceId, args.userId, args.role)], { followUp: () => revoke(settings, member.workspaceId, { userId: args.userId, role: args.role }) });
};

export const removePerson: Handler<{ userId: string }> = async ({ db, settings, args, member, now }) => {
	if (!(await memberOf(db, member.workspaceId, args.userId))) return refused('no-such-person');
	if (!(await isLedBeside(db, member.workspaceId, args.userId))) return refused('last-administrator');
	const statements = [guardSql(db, anotherAdministrator(member.workspaceId, args.userId)), ...leaveStatements(db, member.workspaceId, args.userId, now)];
	return accepted(statements, { followUp: () => revoke(settings, member.workspaceId, { userId: args.userId }) });
};

/** Closes or demotes the person's open rooms; tried again while the rooms don't answer, for a socket lives on until then. */
async function revoke(settings: Settings, workspaceId: string, body: { userId: string; role?: Role }): Promise<void> {
	for (let n = 0; n < 5; n++) {
		const answer = await callRoom(settings, 'workspace', workspaceId, 'revoke', body);
		if (answer.ok) return;
		await new Promise((done) => setTimeout(done, 200 * 2 ** n));
	}
	console.error(`The rooms did not hear that ${body.userId} lost a right in ${workspaceId}: their open sockets last until they close.`);
}
