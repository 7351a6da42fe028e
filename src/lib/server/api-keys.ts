/** Who calls the HTTP API (docs/api.md): a key of a workspace, as `Authorization: Bearer cbk_…`. A cookie opens nothing here. */
import type { RequestEvent } from '@sveltejs/kit';
import { countOrders, findApiKey, noteUse, ordersAMinute } from '#db/api-keys.ts';
import { commit } from '#db/statement.ts';
import { secretShape } from '#domain/commands/make-api-key.ts';
import { refuse } from './answer.ts';
import type { Member } from './session.ts';

/** SHA-256 of a secret, hex. The secret has 256 random bits: nobody finds it by its hash. */
export async function hashOf(secret: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The key's workspace and rights (a CSM's), or the refusal to answer with. */
export async function programAt(event: RequestEvent): Promise<Member | Response> {
	const [, secret = ''] = /^Bearer\s+(\S+)$/i.exec(event.request.headers.get('authorization') ?? '') ?? [];
	if (!secret) return refuse(401, 'no-key', 'Send an API key: "Authorization: Bearer cbk_…". Administrators make one in Settings, API keys.');
	const key = secretShape.test(secret) ? await findApiKey(event.locals.db, await hashOf(secret)) : null;
	if (!key) return refuse(401, 'bad-key', 'This API key is unknown or was revoked. Make another in Settings, API keys.');
	const member: Member = { user: { id: key.id, name: `API key ${key.name}`, email: '' }, workspaceId: key.workspace, role: 'csm', isProgram: true };
	const tooMany = await countedFor(event, member, 1);
	if (tooMany) return tooMany;
	const used = noteUse(key, Date.now());
	if (used) event.locals.after(commit(event.locals.db, used));
	return member;
}

/** Counts orders of a program; when they are more than a minute's, the refusal to answer with: nothing was done. */
export async function countedFor(event: RequestEvent, { user, workspaceId }: Member, count: number): Promise<Response | null> {
	const now = Date.now();
	const over = count > 0 ? await countOrders(event.locals.db, { workspace: workspaceId, id: user.id }, count, now) : null;
	if (!over) return null;
	const seconds = Math.max(1, Math.ceil((over.again - now) / 1_000));
	const refusal = refuse(429, 'too-many-orders', `An API key may give ${ordersAMinute} orders a minute; each run of a bulk call is one. Nothing was done: send it again in ${seconds} s.`);
	refusal.headers.set('retry-after', String(seconds));
	return refusal;
}
