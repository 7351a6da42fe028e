/**
 * What the engine asks: a mail provider, somebody's webhook and document rooms, behind `fetch`, with a log of their own. They keep a key as long as real ones do,
 * and answer late, twice, wrongly or not at all. The mail provider tells later what became of mails, in any order.
 */
import { Webhook } from 'standardwebhooks';
import { keyTag } from '#domain/delivery.ts';
import { leaseMs } from '#db/jobs.ts';
import { commit } from '#db/statement.ts';
import { takeCallback } from '../../../src/lib/server/callbacks.ts';
import { Worker, type Chance } from './schedule.ts';
import { rowsOf, truth } from './store.ts';
import type { World } from './world.ts';

/** A request as the outside saw it, at its own time. `asked`: when its worker called; `isNew`: it did something, and not the same again. */
export type Seen = { asked: number; at: number; to: 'mail' | 'hook' | 'document'; key: string; body: string; answer: 'accepted' | 'refused' | 'busy' | 'broken'; isNew: boolean };
/** What the mail provider will tell of a mail: `at` is when it happened, ms. */
export type News = { id: string; key: string; type: string; at: number };

/** How long a provider keeps a key, in ms (R13). A document's room keeps it for ever. */
const keptMs = 24 * 3_600_000;
/** What may become of a mail, in the order of its happening; what is told comes in any other. */
const fates = [['email.sent', 'email.delivered'], ['email.delivered'], ['email.sent'], ['email.delivery_delayed', 'email.bounced'], ['email.failed'], ['email.delivered', 'email.complained'], []];
const secret = `whsec_${btoa('a-signing-secret-of-resend')}`;

/** An answer, as far as anybody reads it: a real one takes longer to make than all else that happens here. */
const json = (body: object, status = 200, headers: Record<string, string> = {}) =>
	({ ok: status < 300, status, headers: new Map(Object.entries(headers)), body: null, json: async () => body, text: async () => JSON.stringify(body) }) as unknown as Response;

/** The network as one world's workers know it. `chance`: what becomes of mails. */
export function networkOf(world: World, chance: Chance): typeof fetch {
	const kept = new Map<string, { body: string; at: number }>();

	return async (input, init = {}) => {
		const worker = world.current!;
		const url = new URL(input instanceof Request ? input.url : input);
		const text = String(init.body ?? '');
		// Screens that are told, and a wake that is lost: the alarm and the outside tick come.
		if (/^\/parties\/(workspace|automation)\//.test(url.pathname)) return json({});
		const to = url.hostname === 'mail.test' ? 'mail' : url.hostname === 'hook.test' ? 'hook' : 'document';
		const key = to === 'document' ? (JSON.parse(text) as { key: string }).key : ((init.headers as Headers).get('idempotency-key') ?? '');
		const asked = world.now;
		// Its key says which job it is done for: that one has this worker's token, or none any more.
		const [run, number] = key.split('-') as [string, string?];
		const [held] = rowsOf('SELECT token FROM job WHERE token IS NOT NULL AND run_id = :run AND number = :number', { run, number: number ?? null });
		// Whose clock is moved while it waits for an answer can't know how long it waited: then the key alone protects (R10).
		const isMoved = world.now - worker.movedAt < 2 * leaseMs;
		if (held && !isMoved && !held['token'].startsWith(`${worker.name} `)) world.unheld.push(`${to} ${key} was asked for by ${worker.name}, but ${held['token']} holds the job (R6)`);
		const log = (answer: Seen['answer'], isNew = false) => void world.seen.push({ asked, at: world.now, to, key, body: text, answer, isNew });

		await world.gate(worker, `${to} →`);
		if (world.poisoned !== null && key.startsWith(world.poisoned)) return world.dies(worker, key);
		const trouble = world.trouble('provider');
		if (trouble === 'provider unreachable') throw new TypeError('fetch failed');
		if (trouble === 'provider 429') return (log('busy'), json({ statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests.' }, 429, { 'retry-after': '7' }));
		if (trouble === 'provider 500') return (log('broken'), json({ statusCode: 500, name: 'internal_server_error', message: 'An unexpected error occurred.' }, 500));
		let before = kept.get(`${to} ${key}`);
		if (before && to !== 'document' && world.now - before.at > keptMs) before = undefined;
		if (trouble === 'provider refuses' && !before && to !== 'document') return (log('refused'), json({ statusCode: 422, name: 'validation_error', message: 'Invalid.' }, 422));
		// Accepted now, or, when it is slow to make up its mind, after the one who asked has given up.
		if (trouble === 'provider late') {
			await world.gate(worker, `${to} late`);
			world.pass(21_000);
		}
		if (before && before.body !== text && to === 'mail') return (log('refused'), json({ statusCode: 409, name: 'invalid_idempotent_request', message: 'Another payload.' }, 409));
		if (!before) {
			kept.set(`${to} ${key}`, { body: text, at: world.now });
			if (to === 'document') await edit(url.pathname.split('/')[3]!, text);
			if (to === 'mail' && world.hasNews) world.news.push(...chance.pick(fates).map((type, n) => ({ id: `${key} ${world.now} ${n}`, key, type, at: world.now + n })));
		}
		log('accepted', !before);
		await world.gate(worker, `${to} ←`);
		if (trouble === 'provider reset' || trouble === 'provider late') throw new TypeError('fetch failed');
		return json(to === 'mail' ? { id: `mail-${key}` } : { ok: true });
	};
}

/** A document room, as far as the engine sees it: the field is written, once for each key. */
async function edit(customer: string, body: string): Promise<void> {
	const { edits } = JSON.parse(body) as { edits: { args: { field: string; value: unknown } }[] };
	for (const { args } of edits) if (args.field === 'stage') await commit(truth, [{ sql: 'UPDATE customer SET stage = :stage WHERE id = :id', args: { stage: String(args.value), id: customer } }]);
}

/** The mail provider tells the server, whose store is as bad as a worker's; what it doesn't take comes again. `isTwice`: so does what it took. */
export async function tell(world: World, { id, key, type, at }: News, isTwice: boolean): Promise<void> {
	const server = new Worker('server');
	world.current = server;
	const body = JSON.stringify({ type, created_at: new Date(at).toISOString(), data: { email_id: `mail-${key}`, tags: { [keyTag]: key } } });
	const signed = new Date(world.now);
	const headers = new Headers({ 'svix-id': id, 'svix-timestamp': String(Math.floor(signed.getTime() / 1_000)), 'svix-signature': new Webhook(secret).sign(id, signed, body) });
	const taken = await takeCallback(world.storeOf(server), { RESEND_WEBHOOK_SECRET: secret }, 'w1', headers, body, world.now).catch(() => null);
	if (!taken?.ok) return;
	world.told.set(key, (world.told.get(key) ?? new Set()).add(type));
	if (!isTwice) world.news = world.news.filter((one) => one.id !== id);
}
