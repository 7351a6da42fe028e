/** Does the simulation see anything? Mistakes are planted between the engine and its store, one at a time; each must be noticed within a few schedules. */
import { describe, expect, it, vi } from 'vitest';
import { leaseMs } from '#db/jobs.ts';
import type { Planted } from './simulation/case.ts';
import { simulate } from './simulation/simulate.ts';

const keys = vi.hoisted(() => ({ isCounted: false, count: 0 }));
const performing = vi.hoisted(() => ({ isLate: false }));
vi.mock('#domain/engine/intent-key.ts', async (original) => {
	const { intentKey } = await original<typeof import('#domain/engine/intent-key.ts')>();
	return { intentKey: (...of: Parameters<typeof intentKey>) => intentKey(...of) + (keys.isCounted ? `-${++keys.count}` : '') };
});

vi.mock('#party/performers/index.ts', async (original) => {
	const { performers } = await original<typeof import('#party/performers/index.ts')>();
	const late = <T extends { timeoutMs: number }>(one: T): T => ({ ...one, get timeoutMs() { return performing.isLate ? -leaseMs : one.timeoutMs; } });
	return { performers: Object.fromEntries(Object.entries(performers).map(([kind, one]) => [kind, late(one)])) };
});

/** Eleven were noticed within twenty schedules when this was written; a moved clock (R20) at the 143rd, a lease that is over (R6) at the 345th. */
const [first, within] = [5_000, 1_000];
/** Words of the engine's statements that were met: a mistake in words that are gone would be none. */
const met = new Set<string>();
const wordsOf = new Map<unknown, string>();
const instead = (...changes: [part: string, by: string][]): Planted => {
	const sql = (text: string) => changes.reduce((now, [part, by]) => (now.includes(part) ? (met.add(part), now.replaceAll(part, by)) : now), text);
	wordsOf.set(sql, changes[0]![0]);
	return { sql };
};
/** What was recorded for a step is not seen when it is tried again. */
const forgotten: [string, string] = ['order by "intent"."part"', 'and 0 order by "intent"."part"'];

const epochHolds = 'run.epoch = job.epoch AND run.state IN';

const mistakes: Record<string, Planted & { countsKeys?: true; sendsLate?: true }> = {
	'an intent’s key has the attempt in it (R10)': { ...instead(forgotten), countsKeys: true },
	'the next job is not in the commit (R14)': {
		batches: (statements) => {
			const isNext = ({ sql }: { sql: string }) => sql.includes('INSERT INTO job');
			return statements.some(({ sql }) => sql.startsWith('DELETE FROM job WHERE id')) && statements.some(isNext) ? [statements.filter((one) => !isNext(one)), statements.filter(isNext)] : [statements];
		},
	},
	'expired leases are not counted (R15)': instead(['crashes = crashes + (token IS NOT NULL)', 'crashes = crashes']),
	'a job is given up after four workers (R15)': instead(['attempt, crashes, quarantined_at', 'attempt, crashes - 1, quarantined_at']),
	'what is unknown is sent again (R12)': instead(['token, epoch, attempt, crashes', 'token, epoch, attempt + 11, crashes'], ['"intent"."state", "intent"."request"', `CASE "intent"."state" WHEN 'unknown' THEN 'sending' ELSE "intent"."state" END, "intent"."request"`]),
	'what a run waited for stays open (R14)': instead(['UPDATE wait_token SET consumed_at = :now WHERE kind', 'UPDATE wait_token SET consumed_at = :now WHERE 0 AND kind']),
	'a claim does not move the job (R7)': instead(["visible_at = COALESCE(:now, CAST(unixepoch('subsec') * 1000 AS INTEGER)) + 60000", 'visible_at = visible_at']),
	'a worker goes on whatever a person has decided meanwhile (R8)': {
		sql: (text) => (text.includes(epochHolds) ? (met.add(epochHolds), text.replace(`ELSE json('lost')`, 'ELSE 1')) : text),
	},
	'what a clock that was moved has decided is written (R20)': instead([':now) <= 60000', ':now) <= 1e15']),
	'a request is written anew when it is tried again (R11)': instead(forgotten, ['ON CONFLICT (key) DO NOTHING', 'ON CONFLICT (key) DO UPDATE SET request = excluded.request']),
	'what is left of a lease is not asked before something is sent (R6)': { sendsLate: true },
	'an answer does not take the job that would have ended its time (R8, PB1)': instead(['visible_at = excluded.visible_at, token = NULL', 'visible_at = excluded.visible_at']),
	'a day’s quota is charged and not kept (R18)': instead(['(used <= :cap OR used = :count)', '1']),
};

describe('the simulation notices', () => {
	it.each(Object.entries(mistakes))('%s', async (_, { countsKeys, sendsLate, ...planted }) => {
		[keys.isCounted, performing.isLate] = [countsKeys === true, sendsLate === true];
		let found: { seed: number; fault: string } | null = null;
		for (let seed = first; seed < first + within && found === null; seed++) {
			const { faults } = await simulate({ seed }, planted);
			if (faults.length > 0) found = { seed, fault: faults[0]! };
		}
		[keys.isCounted, performing.isLate] = [false, false];
		if (planted.sql) expect(met.has(wordsOf.get(planted.sql) ?? epochHolds), 'the engine still speaks so').toBe(true);
		expect(found, `within ${within} schedules`).not.toBeNull();
		console.log(`noticed at seed ${found!.seed}, the ${found!.seed - first + 1}th: ${found!.fault}`);
	});
});
