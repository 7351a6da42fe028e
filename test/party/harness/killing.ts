/** `kill -9` of rooms and store in the middle of many effects (R1–R15), each job once and due in its turn; judged by the log of who was asked for them, never by ours. */
import { eq, inArray, isNotNull, ne, sql } from 'drizzle-orm';
import { job, run, step } from '../../../db/schema/index.ts';
import { callTo } from '../bench.ts';
import { call, until } from './client.ts';
import { startEffects } from './effects.ts';
import { addRuns, fillBook } from './many-runs.ts';
import { startStoreProcess } from './store-process.ts';
import { startWorkerd } from './workerd.ts';

export type Plan = {
	/** How many jobs, and how many of them are due each second. */
	jobs: number;
	rate: number;
	roomKills: number;
	storeKills: number;
	/** 0 ≤ x < 1: when who is killed. */
	random: () => number;
	say: (text: string) => void;
};

export type Verdict = {
	/** Effects that never came; those that were done twice; those that were asked for again under their key, and so done once. */
	lost: number;
	twice: number;
	again: number;
	/** Runs that did not end well, in words. */
	stuck: string[];
	/** The longest time from the last kill that met a job until that job had ended, and from a kill to the next effect, in ms. */
	recoveryMs: number;
	silenceMs: number;
	tookMs: number;
};

/** How long nothing may come before what is missing counts as lost, in ms: two leases and the outside tick. */
const patienceMs = 180_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills as planned and waits for the end. The rooms are woken after their own kills, as the outside tick does when they are started (R3); nothing wakes them else. */
export const killing = async ({ jobs, rate, roomKills, storeKills, random, say }: Plan): Promise<Verdict> => {
	const [world, store] = [await startEffects(), await startStoreProcess()];
	const rooms = await startWorkerd('partykit', { ...store.vars, ALLOW_PRIVATE_WEBHOOKS: 'true' });
	const { database } = store;
	const wake = () => void call(rooms.url, 'automation', 'w1_0', 'wake').catch(() => undefined);
	try {
		await fillBook(database);
		const beganAt = Date.now();
		await addRuns(database, { kind: 'effect', count: jobs, dueAt: beganAt + 1_000, apartMs: 1_000 / rate, steps: [callTo(world.url)] });
		wake();
		const victims = [...Array<'rooms'>(roomKills).fill('rooms'), ...Array<'store'>(storeKills).fill('store')].map((name) => ({ name, order: random() })).sort((a, b) => a.order - b.order);
		const kills: { at: number; held: string[]; nextAt: number }[] = [];
		for (const [n, { name }] of victims.entries()) {
			// All within the first half: what the dead held comes a lease later, beside the other half.
			const enough = Math.floor(((n + random()) * 0.5 * jobs) / victims.length);
			await until(() => world.asked.size >= enough, `${enough} of ${jobs} effects\n${rooms.output().slice(-2_000)}`, patienceMs);
			await pause(random() * 200);
			const victim = name === 'rooms' ? rooms : store;
			const at = Date.now();
			await victim.kill();
			if (name === 'store') await store.start();
			const held = await database.select({ runId: job.runId }).from(job).where(isNotNull(job.token));
			if (name === 'rooms') await rooms.start();
			const seen = world.asked.size;
			if (name === 'rooms') wake();
			await until(() => world.asked.size > seen || world.asked.size === jobs, `an effect after the kill of the ${name}\n${rooms.output().slice(-2_000)}`, patienceMs);
			kills.push({ at, held: held.map(({ runId }) => runId!), nextAt: Date.now() });
			say(`${n + 1} of ${victims.length}: ${name} killed at ${seen} of ${jobs} effects, ${held.length} jobs held, the next effect after ${Date.now() - at} ms`);
		}
		let [last, since] = [-1, Date.now()];
		for (let left = jobs; left > 0 && Date.now() - since < patienceMs; await pause(500)) {
			const [open] = await database.select({ count: sql<number>`COUNT(*)` }).from(run).where(ne(run.state, 'completed'));
			left = open!.count;
			if (left !== last) [last, since] = [left, Date.now()];
		}
		const tookMs = Date.now() - beganAt;
		const stuck = await database.select({ id: run.id, state: run.state, error: step.error }).from(run).innerJoin(step, eq(step.runId, run.id)).where(ne(run.state, 'completed')).limit(10);
		const ends = await database.select({ runId: step.runId, endedAt: step.endedAt }).from(step).where(inArray(step.runId, [...new Set(kills.flatMap(({ held }) => held))]));
		// A job that several kills met recovers from the last.
		const lastKill = new Map(kills.flatMap(({ at, held }) => held.map((runId) => [runId, at] as const)));
		return {
			lost: jobs - world.asked.size,
			twice: world.done() - world.asked.size,
			again: [...world.asked.values()].reduce((sum, times) => sum + times.length - 1, 0),
			stuck: stuck.map(({ id, state, error }) => `${id} ${state} ${error ?? ''}`),
			recoveryMs: Math.max(0, ...ends.map(({ runId, endedAt }) => (endedAt ?? Infinity) - lastKill.get(runId)!)),
			silenceMs: Math.max(0, ...kills.map(({ at, nextAt }) => nextAt - at)),
			tookMs,
		};
	} finally {
		await rooms.end();
		await store.end();
		await world.end();
	}
};
