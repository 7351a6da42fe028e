/** Tells devices what is new (MO1): finds it by the sweep of db/pushes.ts, then sends it. Everything is a row first, so a crash loses nothing. */
import { claimPushes, dropSubscription, gatherNews, isNewsDue, nextPushAt, postponePush, pushLeaseMs, readNews, settlePush, type HeldPush } from '#db/pushes.ts';
import { commit } from '#db/statement.ts';
import { pushLine, type PushMessage } from '#domain/push.ts';
import type { Engine } from '../engine.ts';
import { backoffMs } from '../perform.ts';
import type { Settings } from '../settings.ts';
import { deliver, deliverTimeoutMs } from './deliver.ts';
import type { VapidKeys } from './vapid.ts';

/** What is older than this is no news any more, in ms: also how long a push service keeps it for a device that is off. */
const lifeMs = 24 * 3_600_000;
const claimSize = 20;
const atOnce = 4;

/** The keys to send with; null where push isn't set up. */
const vapidOf = ({ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, VAPID_SUBJECT }: Settings): VapidKeys | null =>
	VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY ? { publicKey: VAPID_PUBLIC_KEY, privateKey: VAPID_PRIVATE_KEY, subject: VAPID_SUBJECT } : null;

/** Announces until nothing is due or it is `until` (ms). Says when the next one is due, null when none is. Throws when the store can't be reached. */
export const announce = async (engine: Engine, until: number): Promise<number | null> => {
	const keys = vapidOf(engine.settings);
	if (!keys) return null;
	if (await isNewsDue(engine.database, engine.workspace, engine.now())) await commit(engine.database, gatherNews(engine.workspace, engine.now()));
	while (engine.now() < until) {
		const queue = await claimPushes(engine.database, { workspace: engine.workspace, token: engine.newToken(), now: engine.now(), limit: claimSize });
		if (queue.length === 0) break;
		const leaseEnd = engine.now() + pushLeaseMs;
		const worker = async () => {
			for (let held = queue.shift(); held; held = queue.shift()) await send(engine, keys, held, Math.min(until, leaseEnd - deliverTimeoutMs));
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
	}
	return nextPushAt(engine.database, engine.workspace, engine.now());
};

/** One message to one device; whatever goes wrong with it is its own trouble. A worker that died here comes again: the same tag takes its own place. */
const send = async (engine: Engine, keys: VapidKeys, held: HeldPush, until: number): Promise<void> => {
	const now = engine.now();
	const system = `push ${URL.canParse(held.endpoint) ? new URL(held.endpoint).host : ''}`;
	const wait = engine.breaker.openUntil(system, now);
	if (wait !== null || now >= until) return void (await commit(engine.database, [postponePush(held, wait ?? now, false, null)]));
	const leftMs = held.createdAt + lifeMs - now;
	const news = leftMs > 0 ? await readNews(engine.database, engine.workspace, held) : null;
	if (!news) return void (await commit(engine.database, settlePush(held, 'dropped', now)));
	const message: PushMessage = { topic: held.topic, tag: held.ref, language: held.language, title: pushLine(news.title), about: pushLine(news.about), open: news.open, waiting: news.waiting, ...(news.isQuestion ? { isQuestion: true } : {}) };
	const { endpoint, p256dh, auth, ref } = held;
	const outcome = await deliver({ endpoint, p256dh, auth, ref, text: JSON.stringify(message), ttlSeconds: Math.ceil(leftMs / 1_000), isUrgent: held.topic === 'test' }, keys, engine.settings, now);
	if (outcome.kind === 'retry') engine.breaker.failed(system, engine.now());
	else engine.breaker.succeeded(system);
	switch (outcome.kind) {
		case 'sent':
			return void (await commit(engine.database, settlePush(held, 'sent', engine.now())));
		case 'gone':
			return void (await commit(engine.database, dropSubscription(held.subscriptionId)));
		case 'failed':
			engine.log('a push was refused', { subscription: held.subscriptionId, ref, error: outcome.error });
			return void (await commit(engine.database, settlePush(held, 'failed', engine.now(), outcome.error)));
		case 'retry':
			return void (await commit(engine.database, [postponePush(held, engine.now() + Math.max(outcome.afterMs ?? 0, backoffMs(held.attempts, engine.random())), true, outcome.error)]));
	}
};
