/**
 * What the engine asks: a mail provider, somebody's webhook and document rooms, behind `fetch`, with a log of their own. They keep a key as long as real ones do,
 * and answer late, twice, wrongly or not at all.
 */
import { leaseMs } from '#db/jobs.ts';
import { commit } from '#db/statement.ts';
import { rowsOf, truth } from './store.ts';
import type { World } from './world.ts';

/** A request as the outside saw it, at its own time. `asked`: when its worker called; `isNew`: it did something, and not the same again. */
export type Seen = { asked: number; at: number; to: 'mail' | 'hook' | 'document'; key: string; body: string; answer: 'accepted' | 'refused' | 'busy' | 'broken'; isNew: boolean };

/** How long a provider keeps a key, in ms (R13). A document's room keeps it for ever. */
const keptMs = 24 * 3_600_000;

const json = (body: object, status = 200, headers: Record<string, string> = {}) => Response.json(body, { status, headers });

/** The network as one world's workers know it. */
export function networkOf(world: World): typeof fetch {
	const kept = new Map<string, { body: string; at: number }>();

	return async (input, init = {}) => {
		const worker = world.current!;
		const url = new URL(input instanceof Request ? input.url : input);
		const text = String(init.body ?? '');
		if (url.pathname.startsWith('/parties/workspace/')) return json({});
		const to = url.hostname === 'mail.test' ? 'mail' : url.hostname === 'hook.test' ? 'hook' : 'document';
		const key = to === 'document' ? (JSON.parse(text) as { key: string }).key : (new Headers(init.headers).get('idempotency-key') ?? '');
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
