/**
 * What people decide by the server's own commands, whose store is as bad as a worker's: they answer questions
 * at any moment, twice, two at once. A device whose command got no answer sends it again with the same id.
 */
import { decide } from '../../../src/lib/server/commands/decide.ts';
import type { Member } from '../../../src/lib/server/session.ts';
import { settled, Worker } from './schedule.ts';
import { rowsOf } from './store.ts';
import type { World } from './world.ts';

const member = (id: string) => ({ user: { id, name: id, email: `${id}@northwind.test` }, workspaceId: 'w1', role: 'csm' }) as Member;
const settings = { ROOMS_URL: 'http://rooms.test', ROOMS_SECRET: 'a-secret-for-tests-of-rooms' } as unknown as Parameters<typeof decide>[0]['settings'];
/** How often a device sends a command that got no answer. */
const tries = 6;

export class Desk {
	readonly #world: World;
	readonly #interrupted = new Set<string>();
	#commands = 0;

	constructor(world: World) {
		this.#world = world;
	}

	/** A question is answered, be it open or not any more: once, twice by the same device, or by two people at once. */
	async answer(): Promise<void> {
		const { fate } = this.#world;
		const asked = rowsOf('SELECT id FROM task WHERE question IS NOT NULL ORDER BY state = \'open\' DESC, id');
		const [which, value, other] = [fate.often(0.8) ? 0 : fate.below(asked.length), fate.pick(['yes', 'no']), fate.pick(['yes', 'no'])];
		const how = fate.pick(['answer', 'answer', 'answer twice', 'answer of another'] as const);
		if (asked.length === 0 || !this.#world.happens(how)) return;
		const [id, args] = [this.#newId(), { taskId: asked[which]!['id'], answer: value }];
		this.#send('u1', id, 'answer-question', args);
		if (how === 'answer twice') this.#send('u1', id, 'answer-question', args);
		if (how === 'answer of another') this.#send('u2', this.#newId(), 'answer-question', { ...args, answer: other });
		await settled();
	}

	/** When the time of the first question is over that somebody may still answer, in ms; or null. */
	endsAt = (): number | null => rowsOf('SELECT job.visible_at FROM job JOIN wait_token w ON w.run_id = job.run_id AND w.number = job.number AND w.consumed_at IS NULL ORDER BY job.visible_at LIMIT 1')[0]?.['visible_at'] ?? null;

	/** An answer comes when somebody has just begun to say that nobody answered, and stands still for a moment (R8). Whether it did. */
	async interrupt(workers: readonly Worker[]): Promise<boolean> {
		const [held] = rowsOf('SELECT w.ref, job.token FROM job JOIN wait_token w ON w.run_id = job.run_id AND w.number = job.number AND w.consumed_at IS NULL WHERE job.token IS NOT NULL LIMIT 1');
		const worker = held && workers.find(({ name }) => held['token'].startsWith(`${name} `));
		if (!worker || this.#interrupted.has(held['token'])) return false;
		this.#interrupted.add(held['token']);
		const [isMeant, value] = [this.#world.fate.often(0.7), this.#world.fate.pick(['yes', 'no'])];
		if (!isMeant || !this.#world.happens('answer')) return false;
		worker.frozenUntil = Math.max(worker.frozenUntil, this.#world.now + 1_000);
		this.#send('u1', this.#newId(), 'answer-question', { taskId: held['ref'], answer: value });
		await settled();
		return true;
	}

	/** All open questions, or those that nothing else ends. */
	async answerAll(): Promise<void> {
		for (const { id, has_time: hasTime } of rowsOf(`SELECT id, EXISTS (SELECT 1 FROM job WHERE run_id = task.run_id) AS has_time FROM task WHERE question IS NOT NULL AND state = 'open' ORDER BY id`))
			if (!hasTime || this.#world.fate.often(0.5)) this.#send('u1', this.#newId(), 'answer-question', { taskId: id, answer: this.#world.fate.pick(['yes', 'no']) });
		await settled();
	}

	#newId = (): string => `command_${String(++this.#commands).padStart(12, '0')}`;

	#send(user: string, id: string, type: string, args: unknown): void {
		void (async () => {
			for (let n = 0; n < tries; n++) {
				const server = new Worker('server');
				this.#world.current = server;
				const outcome = await decide({ db: this.#world.storeOf(server), settings, member: member(user), after: () => {} }, { id, type, args }).catch((error: unknown) => {
					if (n === tries - 1) this.#world.unheld.push(`the command ${type} was never decided: ${String(error)}`);
					return null;
				});
				if (outcome) return;
			}
		})();
	}
}
