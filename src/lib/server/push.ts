/** Notifications of a person's devices (MO1): which of them asked, and for what. Sending is the automation room's (party/push). */
import { array, check, maxLength, minLength, object, picklist, pipe, regex, string, url, type InferOutput } from 'valibot';
import { forgetSubscription, keepSubscription, subscriptionsOf } from '#db/push-subscriptions.ts';
import { notePush } from '#db/pushes.ts';
import { commit } from '#db/statement.ts';
import type { Database } from '#db/client.ts';
import { pushTopics } from '#domain/push.ts';
import type { Settings } from './environment.ts';
import { generatedId } from './generated-id.ts';
import type { Member } from './session.ts';

/** Only a machine of one's own may name a push service on itself: everywhere else it is https (RFC 8030, 8). */
const isPushAddress = (text: string): boolean => /^https:\/\//.test(text) || /^http:\/\/(localhost|127\.0\.0\.1)(:|\/)/.test(text);
const key = (bytes: string, length: number) => pipe(string(), regex(/^[A-Za-z0-9_-]+=*$/, `${bytes} is not base64url.`), minLength(length, `${bytes} is too short.`), maxLength(length + 4, `${bytes} is too long.`));
const endpoint = pipe(string(), maxLength(2_000), url('The push address is not a URL.'), check(isPushAddress, 'The push address must be https.'));

/** What a device says of itself: its push address and keys as the browser made them, and what it wants to hear of. */
export const subscribing = object({
	endpoint,
	p256dh: key('p256dh', 87),
	auth: key('auth', 22),
	topics: array(picklist(pushTopics)),
	language: pipe(string(), regex(/^[a-z]{2}$/)),
	label: pipe(string(), maxLength(80)),
});
export const deviceNamed = object({ endpoint });

/** `GET /api/push`: what to subscribe to (null: this Cuebook pushes nothing), and this person's devices. */
export const describePush = async (db: Database, settings: Settings, { workspaceId, user }: Member) => ({
	publicKey: settings.VAPID_PUBLIC_KEY ?? null,
	devices: (await subscriptionsOf(db, workspaceId, user.id)).map(({ endpoint, label, topics, createdAt, lastOkAt, failedSince }) => ({ endpoint, label, topics, createdAt, lastOkAt, failedSince })),
});

/** Keeps a device's subscription for as long as this session lasts. `now` in ms. */
export const subscribe = async (db: Database, { workspaceId, user }: Member, sessionId: string, asked: InferOutput<typeof subscribing>, now: number): Promise<void> =>
	void (await commit(db, keepSubscription({ ...asked, id: generatedId('push'), workspace: workspaceId, userId: user.id, sessionId, createdAt: now })));

export const unsubscribe = async (db: Database, { user }: Member, asked: InferOutput<typeof deviceNamed>): Promise<void> => void (await commit(db, forgetSubscription(user.id, asked.endpoint)));

/** Notes a test message for one of this person's devices. False when it isn't subscribed. `now` in ms. */
export const askForTest = async (db: Database, { workspaceId, user }: Member, asked: InferOutput<typeof deviceNamed>, now: number): Promise<boolean> => {
	const device = (await subscriptionsOf(db, workspaceId, user.id)).find((one) => one.endpoint === asked.endpoint);
	if (!device) return false;
	await commit(db, [notePush({ workspace: workspaceId, subscriptionId: device.id, ref: `test:${crypto.randomUUID()}`, now })]);
	return true;
};
