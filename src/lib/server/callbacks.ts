/** Resend's callbacks: signed by Standard Webhooks (Svix), each taken once, in any order; they settle what was unknown (R12). */
import { Webhook } from 'standardwebhooks';
import { looseObject, optional, record, safeParse, string, union, array, type InferOutput } from 'valibot';
import { assertKnown, isKnownCallback, keepCallback, mailOfProvider } from '#db/callbacks.ts';
import { isKeyTaken } from '#db/commands.ts';
import type { Database } from '#db/client.ts';
import { readSeq } from '#db/facts.ts';
import { workspaceRow } from '#db/people.ts';
import { readIntent, settleUnknown, type Word } from '#db/settlements.ts';
import { commit, isGuardLost } from '#db/statement.ts';
import { deliveryOf, keyTag, wasTaken } from '#domain/delivery.ts';
import type { Settings } from './environment.ts';

const tags = optional(union([record(string(), string()), array(looseObject({ name: string(), value: string() }))]));
const callback = looseObject({ type: string(), created_at: string(), data: looseObject({ email_id: optional(string()), tags, bounce: optional(looseObject({ message: optional(string()) })), failed: optional(looseObject({ reason: optional(string()) })) }) });
type Callback = InferOutput<typeof callback>;

/** More than any callback about a mail has. */
export const mostBytes = 1_000_000;

/** How it was taken: `seq` to poke screens with when something changed, `wakes` when a run goes on. */
export type Taken = { ok: true; seq: number | null; wakes: boolean } | { ok: false; status: 400 | 401 | 404; code: string; message: string };

const refusal = (status: 400 | 401 | 404, code: string, message: string): Taken => ({ ok: false, status, code, message });

/** Takes one callback to a workspace's address. `body` is the exact text that was signed; `now` in ms. Throws when the store can't be reached: the provider comes again. */
export async function takeCallback(db: Database, settings: Pick<Settings, 'RESEND_WEBHOOK_SECRET'>, workspace: string, headers: Headers, body: string, now: number): Promise<Taken> {
	const row = await workspaceRow(db, workspace);
	const secret = row?.resendWebhookSecret ?? (row ? settings.RESEND_WEBHOOK_SECRET : undefined);
	if (!secret) return refusal(404, 'no-callbacks', 'This workspace takes no callbacks. Enter Resend’s signing secret in its mail settings.');
	const signed = (name: string) => headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? '';
	const id = signed('id');
	let said: unknown;
	try {
		said = new Webhook(secret).verify(body, { 'webhook-id': id, 'webhook-timestamp': signed('timestamp'), 'webhook-signature': signed('signature') });
	} catch {
		return refusal(401, 'bad-signature', 'The signature does not prove this callback: the signing secret differs, or it is older than five minutes.');
	}
	const parsed = safeParse(callback, said);
	if (!parsed.success) return refusal(400, 'not-valid', parsed.issues[0].message);
	const told = await toldBy(db, workspace, id, parsed.output, now);
	return told ? keep(db, told, now) : { ok: true, seq: null, wakes: false };
}

type About = NonNullable<Awaited<ReturnType<typeof toldBy>>>;

/** What it says and of which mail; null when it is about nothing of ours. */
async function toldBy(db: Database, workspace: string, id: string, { type, created_at, data }: Callback, now: number) {
	const delivery = deliveryOf(type);
	const providerId = data.email_id ?? null;
	if (!delivery) return null;
	const key = (Array.isArray(data.tags) ? data.tags.find(({ name }) => name === keyTag)?.value : data.tags?.[keyTag]) ?? null;
	const intent = key === null ? null : await readIntent(db, workspace, key);
	const mailId = intent?.key ?? (providerId === null ? null : await mailOfProvider(db, workspace, providerId));
	if (mailId === null) return null;
	const reason = data.bounce?.message ?? data.failed?.reason ?? null;
	return { id: `${workspace}:${id}`, workspace, mailId, delivery, reason, at: Date.parse(created_at) || now, receivedAt: now, providerId };
}

/** Keeps it, with what it settles. A second one changes nothing; when its mail becomes unknown or a person settles it at this moment, it is read anew. */
async function keep(db: Database, { providerId, ...told }: About, now: number): Promise<Taken> {
	for (;;) {
		if (await isKnownCallback(db, told.id)) return { ok: true, seq: null, wakes: false };
		const intent = await readIntent(db, told.workspace, told.mailId);
		const word: Word | null = intent?.state === 'unknown' ? { intent, outcome: wasTaken(told.delivery) ? 'happened' : 'refused', by: { kind: 'system', id: 'resend' }, reason: told.reason ?? told.delivery, providerId, now } : null;
		try {
			await commit(db, [...(word ? settleUnknown(word) : [assertKnown(told.mailId)]), ...keepCallback(told)]);
			return { ok: true, seq: await readSeq(db, told.workspace), wakes: word?.outcome === 'happened' };
		} catch (error) {
			if (!isGuardLost(error) && !isKeyTaken(error)) throw error;
		}
	}
}
