/**
 * Who is asking: better-auth on our tables (its organization is our workspace), by emailed link. One instance for each request,
 * because a Worker's database belongs to its request.
 */
import { betterAuth } from 'better-auth/minimal';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { magicLink, organization } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { isAnyUserThere, invitationsFor, membershipsOf, userByEmail } from '#db/people.ts';
import * as schema from '#db/schema/people.ts';
import type { Database } from '#db/client.ts';
import type { Settings } from './environment.ts';
import { generatedId } from './generated-id.ts';
import { joinWhereInvited } from './joining.ts';
import { sendMail } from './mail.ts';

/** Memberships change by our commands only, which keep the mirror in step: better-auth's own ways to change them are closed. */
const closedPaths = [
	...['create', 'update', 'delete', 'invite-member', 'accept-invitation', 'reject-invitation', 'cancel-invitation', 'remove-member', 'update-member-role', 'leave', 'add-member'].map(
		(path) => `/organization/${path}`,
	),
	...['/sign-up/email', '/sign-in/email', '/update-user', '/delete-user', '/change-email', '/set-password', '/change-password'],
];

const access = createAccessControl({ member: ['read'] });
const memberRole = access.newRole({ member: ['read'] });

/** How long an emailed link works, in seconds. */
export const linkLifeSeconds = { signIn: 15 * 60, invitation: 7 * 24 * 3600 } as const;

export type LinkDelivery = (link: { email: string; url: string }) => Promise<void>;
type AuthOptions = { db: Database; settings: Settings; deliver?: LinkDelivery; linkLife?: number };

/** better-auth for one request. `deliver` takes the place of the mail when the server itself asked for a link. */
export const authOf = ({ db, settings, deliver = mailTo(db, settings), linkLife = linkLifeSeconds.signIn }: AuthOptions) =>
	betterAuth({
		appName: 'Cuebook',
		baseURL: settings.APP_URL,
		secret: settings.AUTH_SECRET,
		database: drizzleAdapter(db, { provider: 'sqlite', schema: { ...schema, organization: schema.workspace } }),
		trustedOrigins: [new URL(settings.APP_URL).origin],
		disabledPaths: closedPaths,
		telemetry: { enabled: false },
		session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
		user: {
			validateUserInfo: async ({ user, source }) => {
				if (source.action !== 'create-user' || (await maySignUp(db, String(user.email)))) return;
				return { error: 'not-invited', errorDescription: 'Ask a colleague for an invitation.' };
			},
		},
		databaseHooks: {
			session: { create: { before: async (session) => ({ data: { ...session, activeOrganizationId: await joinWhereInvited(db, settings, session.userId) } }) } },
		},
		rateLimit: { enabled: true, window: 10, max: 100, storage: 'memory' },
		advanced: {
			useSecureCookies: settings.APP_URL.startsWith('https:'),
			cookiePrefix: 'cuebook',
			defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
			// Set by the platform, or by hooks.server.ts from the connection: never by the client.
			ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
			database: { generateId: ({ model }) => generatedId(model) },
		},
		plugins: [
			magicLink({ expiresIn: linkLife, storeToken: 'hashed', rateLimit: { window: 60, max: 10 }, sendMagicLink: ({ email, url }) => deliver({ email: email.toLowerCase(), url }) }),
			organization({ ac: access, roles: { administrator: memberRole, csm: memberRole, reader: memberRole }, creatorRole: 'administrator', allowUserToCreateOrganization: false }),
		],
	});

/** Only who was invited may become a user, or the very first one. */
const maySignUp = async (db: Database, email: string): Promise<boolean> => (await invitationsFor(db, email, new Date())).length > 0 || !(await isAnyUserThere(db));

/** Mails the link to a user or an invited person. To an unknown address nothing is sent, and the answer is the same. */
const mailTo =
	(db: Database, settings: Settings): LinkDelivery =>
	async ({ email, url }) => {
		const user = await userByEmail(db, email);
		const invited = await invitationsFor(db, email, new Date());
		if (!user && invited.length === 0 && (await isAnyUserThere(db))) return;
		const own = user ? (await membershipsOf(db, user.id)).map(({ id }) => id) : [];
		const workspaces = own.length > 0 ? own : invited.map(({ organizationId }) => organizationId);
		await sendMail(db, settings, { kind: 'sign-in', to: email, url, workspaces }, Date.now());
	};

/** Makes a one-time link without mailing it. */
export async function linkFor(db: Database, settings: Settings, email: string, linkLife: number): Promise<string> {
	let made = '';
	const auth = authOf({ db, settings, linkLife, deliver: async ({ url }) => void (made = url) });
	await auth.api.signInMagicLink({ body: { email, callbackURL: '/', errorCallbackURL: '/sign-in' }, headers: new Headers() });
	return made;
}
