/** Our engine as `npm start` runs it: the automation room under workerd, the libSQL server in a process of its own. */
import { claimJobs, assertAllHeld, deleteJob } from '../../db/jobs.ts';
import { changeRun } from '../../db/runs.ts';
import { changeStep } from '../../db/steps.ts';
import { bumpSeq, commit, merged } from '../../db/statement.ts';
import type { Step } from '../../src/domain/documents/playbook/definition.ts';
import { callTo } from '../../test/party/bench.ts';
import { call, until } from '../../test/party/harness/client.ts';
import { addRuns, fillBook } from '../../test/party/harness/many-runs.ts';
import { startStoreProcess } from '../../test/party/harness/store-process.ts';
import { startWorkerd } from '../../test/party/harness/workerd.ts';
import { pause } from '../figures.ts';
import { farAway, type Burst, type Contestant } from './contestant.ts';

const steps: Step[] = [{ id: 'wait', kind: 'wait', params: { mode: 'for', amount: 1, unit: 'minutes' } }];

export const ours = async (): Promise<Contestant> => {
	const store = await startStoreProcess();
	const { database } = store;
	await fillBook(database);
	const rooms = await startWorkerd('partykit', { ...store.vars, ALLOW_PRIVATE_WEBHOOKS: 'true' });
	const wake = () => call(rooms.url, 'automation', 'w1_0', 'wake');
	let kinds = 0;
	// By the index of due jobs, which is short: counting must not keep the store from its work.
	const left = async () => {
		const { rows } = await database.$client.execute(`SELECT COUNT(*) AS count FROM job WHERE workspace = 'w1' AND shard = 0 AND quarantined_at IS NULL AND visible_at < ${Date.now() + farAway / 2}`);
		return Number(rows[0]!['count']);
	};
	/** Waits for the end of a burst and reads how late each step was decided. */
	const ended = async (kind: string, last: number): Promise<Burst> => {
		await until(() => Date.now() >= last, 'the time comes', 120_000);
		await until(async () => (await pause(20), (await left()) === 0), 'all have ended', 300_000);
		const drain = Date.now() - last;
		const { rows } = await database.$client.execute(`SELECT s.ended_at - s.due_at AS late FROM step s WHERE s.run_id IN (SELECT id FROM run WHERE playbook_id = '${kind}_p0' AND state = 'completed')`);
		return { lateness: rows.map((row) => Number(row['late'])), drain };
	};
	const burst = async (count: number, lead: number, apartMs = 0): Promise<Burst> => {
		const kind = `burst${kinds++}`;
		const dueAt = Date.now() + lead;
		await addRuns(database, { kind, count, dueAt, apartMs, steps });
		await wake();
		if (Date.now() > dueAt) throw new Error(`cuebook: ${count} jobs could not be put in within ${lead} ms.`);
		return ended(kind, dueAt + (count - 1) * apartMs);
	};
	return {
		name: 'cuebook',
		pend: (count) => addRuns(database, { kind: `later${kinds++}`, count, dueAt: Date.now() + farAway, steps }),
		burst,
		effects: async (count, url) => {
			await addRuns(database, { kind: `effect${kinds++}`, count, dueAt: Date.now(), steps: [callTo(url)] });
			void wake();
		},
		// Claims and ends steps by the engine's own statements, without deciding anything: what the store alone allows.
		stepsPerSecond: async (count) => {
			await rooms.kill();
			await addRuns(database, { kind: `store${kinds++}`, count, dueAt: Date.now(), steps });
			const began = performance.now();
			for (let n = 0; ; n++) {
				const now = Date.now();
				const held = await claimJobs(database, { workspace: 'w1', shard: 0, token: `store-${kinds}-${n}`, now, limit: 500 });
				if (held.length === 0) break;
				const ends = held.flatMap(({ id, runId, number }) => [
					deleteJob(id),
					changeStep({ workspace: 'w1', runId: runId!, number: number!, state: 'done', now, attempts: 1 }),
					changeRun({ workspace: 'w1', runId: runId!, state: 'completed', next: null, now }),
				]);
				await commit(database, [assertAllHeld(held), bumpSeq('w1'), ...merged(ends)]);
			}
			const took = performance.now() - began;
			await rooms.start();
			return count / (took / 1_000);
		},
		kill: rooms.kill,
		start: async () => (await rooms.start(), void wake()),
		end: async () => (await rooms.end(), await store.end()),
	};
};
