/**
 * `npm run bench:engine`: our engine (the automation room under workerd with its libSQL server) beside graphile-worker and BullMQ in their defaults,
 * and graphile-worker batched: the same run, one after the other in rounds. `-- --quick` is a short round; `-- --rounds 3 --jobs 10000 --pending 1000000
 * --kills 20 --effects 2000` are the defaults. `--only bursts,waits,store,kills` measures some rows, `--servers cuebook,bullmq` some engines; `--into FILE`
 * adds to the figures of earlier pieces and shows the table of them all.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startEffects } from '../test/party/harness/effects.ts';
import type { Contestant } from './engine/contestant.ts';
import { ours } from './engine/ours.ts';
import { bullmq, graphile, needs } from './engine/peers.ts';
import { Figures, pause, percentile } from './figures.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { quick: { type: 'boolean' }, rounds: text, jobs: text, pending: text, kills: text, effects: text, only: text, servers: text, into: text } });
const few = values.quick === true;
const rounds = Number(values.rounds ?? (few ? 1 : 3));
const jobs = Number(values.jobs ?? (few ? 2_000 : 10_000));
const pending = Number(values.pending ?? (few ? 100_000 : 1_000_000));
const kills = Number(values.kills ?? (few ? 4 : 20));
const effects = Number(values.effects ?? (few ? 400 : 2_000));
/** How long before they are due jobs are put in, in ms; and how long what stands still after the last kill may go on standing. */
const leadMs = 15_000;
const recoveryMs = 65_000;

const figures = new Figures(values.into);
const counted = (n: number): string => n.toLocaleString('en');
const lostRow = `lost, or stuck ${recoveryMs / 1_000} s after kill -9 of the worker`;
const twiceRow = 'done twice after kill -9 of the worker';

const scenarios = {
	bursts: async (one: Contestant, note: (row: string, value: number) => void) => {
		const drains: number[] = [];
		for (const waiting of pending > 0 ? [0, pending] : [0]) {
			if (waiting > 0) await one.pend(waiting);
			const { lateness, drain } = await one.burst(jobs, leadMs);
			const having = `${counted(jobs)} due at once, ${waiting === 0 ? 'none' : counted(waiting)} pending`;
			note(`lateness p99 of ${having} (ms)`, percentile(lateness, 0.99));
			note(`drain of ${having} (ms)`, drain);
			drains.push(drain);
		}
		if (drains.length > 1) note(`drain with ${counted(pending)} pending against none (×)`, drains[1]! / drains[0]!);
	},
	waits: async (one: Contestant, note: (row: string, value: number) => void) => {
		note('lateness p99 of 500 due together (ms)', percentile((await one.burst(500, 5_000)).lateness, 0.99));
		const { lateness } = await one.burst(100, 5_000, 250);
		note('lateness p50 of one alone (ms)', percentile(lateness, 0.5));
		note('lateness p99 of one alone (ms)', percentile(lateness, 0.99));
	},
	store: async (one: Contestant, note: (row: string, value: number) => void) => {
		if (one.stepsPerSecond) note('durable steps/s in the store’s layer', await one.stepsPerSecond(jobs));
	},
	kills: async (one: Contestant, note: (row: string, value: number) => void) => {
		const world = await startEffects();
		await one.effects(effects, world.url);
		for (let n = 0; n < kills; n++) {
			// Spread over the work: an engine that is fast is killed as often in the middle of it as one that is slow.
			const target = Math.min(effects - 1, Math.ceil((effects * (n + 1)) / (kills + 1)));
			for (const by = Date.now() + 5_000; world.asked.size < target && Date.now() < by; ) await pause(5);
			await one.kill();
			await one.start();
		}
		for (let [last, since] = [world.asked.size, Date.now()]; world.asked.size < effects && Date.now() - since < recoveryMs; await pause(100)) {
			if (world.asked.size !== last) [last, since] = [world.asked.size, Date.now()];
		}
		await pause(2_000);
		note(lostRow, effects - world.asked.size);
		note(twiceRow, world.done() - world.asked.size);
		note('jobs under kills', effects);
		await world.end();
	},
};

const known: Record<string, () => Promise<Contestant>> = { 'cuebook': ours, 'graphile-worker': () => graphile(false), 'bullmq': bullmq, 'graphile-batched': () => graphile(true) };
const names = values.servers?.split(',') ?? Object.keys(known);
const only = values.only?.split(',') ?? Object.keys(scenarios);
const unknown = [...names.filter((name) => !Object.hasOwn(known, name)), ...only.filter((name) => !Object.hasOwn(scenarios, name))];
if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Engines are ${Object.keys(known).join(', ')}; rows are ${Object.keys(scenarios).join(', ')}.`);

try {
	for (const name of names) needs[name]?.();
} catch (error) {
	console.error((error as Error).message);
	process.exit(1);
}

for (let round = 0; round < rounds; round++) {
	for (const name of names) {
		for (const scenario of only) {
			// A store of its own for each: what one scenario left behind is not the next one's.
			const one = await known[name]!();
			process.stderr.write(`round ${round + 1} of ${rounds}: ${name}: ${scenario} (load ${loadavg()[0]!.toFixed(1)})\n`);
			try {
				await scenarios[scenario as keyof typeof scenarios](one, (row, value) => {
					process.stderr.write(`  ${row}: ${Math.round(value * 100) / 100}\n`);
					figures.note(name, row, value);
				});
			} finally {
				await one.end();
			}
		}
	}
	figures.save();
}

console.log(`\n${figures.table(Object.keys(known), { isHigherBetter: (row) => row.includes('steps/s'), counts: { [lostRow]: 'jobs under kills', [twiceRow]: 'jobs under kills' }, rivals: ['graphile-worker', 'bullmq'] })}`);
process.exit(0);
