/** Keys for the HTTP API: made and ended by administrators. */
import { insertApiKey, readApiKey, revokeApiKey as revokeStatement } from '#db/api-keys.ts';
import { forBatch } from '#db/statement.ts';
import { hashOf } from '../api-keys.ts';
import { accepted, held, refused, type Handler } from './decision.ts';

export const makeApiKey: Handler<{ id: string; name: string; secret: string }> = async ({ db, args, member, now }) => {
	const { id, name, secret } = args;
	if (await readApiKey(db, member.workspaceId, id)) return refused('id-taken');
	const key = { workspace: member.workspaceId, id, name, hash: await hashOf(secret), hint: secret.slice(-4), by: member.user.id, now };
	return accepted(forBatch(db, [insertApiKey(key)]), { result: { id } });
};

export const revokeApiKey: Handler<{ id: string }> = async ({ db, args, member, now }) => {
	const key = await readApiKey(db, member.workspaceId, args.id);
	if (!key) return refused('no-such-key');
	if (key.revokedAt !== null) return held('already-done', { at: key.revokedAt });
	return accepted(forBatch(db, [revokeStatement(member.workspaceId, key.id, now)]));
};
