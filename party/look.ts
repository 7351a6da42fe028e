/** What the automation room does whenever it is awake: sweep, drain, work, and say when there is something to do next. */
import type { Database } from '#db/client.ts';
import { readGlance, type Glance } from '#db/glance.ts';
import { forgetLateness, noteLateness } from '#db/lateness.ts';
import { commit } from '#db/statement.ts';
import type { Breaker } from './breaker.ts';
import { archive } from './archive.ts';
import { callRoom } from './call.ts';
import { Clock } from './clock.ts';
import type { Dirty } from './dirty.ts';
import { drain } from './drain.ts';
import { erase } from './erase.ts';
import { expire } from './expire.ts';
import { giveUp, giveUpEveryMs } from './give-up.ts';
import type { Engine } from './engine.ts';
import { alert } from './host.ts';
import type { Owed } from './owed.ts';
import { announce } from './push/announce.ts';
import type { Settings } from './settings.ts';
import { logLine, traceLog, type LatenessTally } from './trace.ts';
import { watch } from './watch.ts';
import { work } from './work.ts';

export type Identity = { workspace: string; shard: number };
/** What outlives one look: the room's open database, its breaker, what it owes, its marks, the seq that screens were told of, lateness not written down yet, how it waits for some ms, and when it last looked for what runs left on its way. */
export type Lasting = { settings: Settings; database: Database; breaker: Breaker; owed: Owed; dirty: Dirty; poked: number; tally: LatenessTally; pause: (ms: number) => Promise<void>; gaveUpAt?: number };

/** The two clocks' difference, and a job's lateness, that are worth an alert, in ms (R20, R24). */
const skewMs = 5_000;
const lateMs = 60_000;
/** How long before a job is due the room looks, in ms: awake, and knowing the database's clock, it waits for the moment itself. An alarm alone comes late on a busy host. */
const leadMs = 40;
/** How soon the next batch of finished runs is put away, in ms. */
const archivePauseMs = 1_000;

/**
 * One look, at most until `until`. Returns when the next one is due; both in ms of this machine's clock, which is set to the
 * database's for everything within (R20). Throws when the store can't be reached.
 */
export const look = async (lasting: Lasting, { workspace, shard }: Identity, until: number): Promise<number> => {
	const { database, settings, breaker, owed, dirty, tally } = lasting;
	const write = traceLog(workspace, settings.LOG_LEVEL);
	const room = `${workspace}_${shard}`;
	const clock = new Clock();
	const ask = async (): Promise<Glance> => {
		const asked = Date.now();
		const glance = await readGlance(database, workspace, shard);
		clock.follow(glance.now, asked);
		return glance;
	};
	let seen = await ask();
	if (Math.abs(clock.least) > skewMs) alert(room, 'this machine’s clock differs from the database’s, which is followed', `${Math.round(clock.least)} ms`);
	// What is left of this look, by the clock that nobody moves.
	const end = clock.now() + until - Date.now();
	const engine: Engine = {
		database,
		workspace,
		shard,
		settings,
		breaker,
		owed,
		now: clock.now,
		clock,
		random: Math.random,
		newToken: () => crypto.randomUUID(),
		log: (what, about, error) => console.error(logLine('warn', workspace, { room, what, ...about, ...(error === undefined ? {} : { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }) })),
		trace: (one) => {
			if (one.event === 'claimed' && one.lateMs !== null) tally.note(one.lateMs, engine.now());
			write(one);
		},
	};
	const overdueMs = seen.next && seen.next.at <= seen.now ? seen.now - seen.next.dueAt : 0;
	if (overdueMs > lateMs) engine.log('jobs are late', { overdueMs });
	/** What has become of it, for this room and for open screens. */
	const glance = async (): Promise<void> => {
		seen = await ask();
		await poke(lasting, workspace, seen.seq);
	};
	if (await owed.settle(engine)) await glance();
	const hasWork = () => (shard === 0 && seen.hasEvents) || (seen.next !== null && seen.next.at <= seen.now + leadMs);
	/** Waits for a job that is due in a moment by the database's clock (R20): not before, so that the claim finds it. */
	const wait = async (): Promise<void> => {
		const ms = Math.ceil(seen.next === null ? 0 : seen.next.at - clock.least - Date.now());
		if (ms > 0 && ms <= leadMs) await lasting.pause(ms);
	};
	// Documents and events belong to the workspace, not to a shard: its first room takes them.
	if (shard === 0) await dirty.sweep(Date.now());
	if (shard === 0 && seen.hasOverdueConflicts) await expire(engine);
	for (let isBusy = hasWork(); isBusy && clock.now() < end; ) {
		const drained = shard === 0 && seen.hasEvents ? await drain(engine, end) : 0;
		await wait();
		const worked = await work(engine, end);
		await writeDown(engine, tally);
		await glance();
		isBusy = drained + worked > 0 && hasWork();
	}
	if (shard === 0 && seen.hasIncidents) {
		await watch(engine);
		// What is told is a job.
		await glance();
	}
	if (shard === 0 && clock.now() - (lasting.gaveUpAt ?? 0) >= giveUpEveryMs && clock.now() < end) {
		lasting.gaveUpAt = clock.now();
		if ((await giveUp(engine)) > 0) await glance();
	}
	if (shard === 0 && seen.hasErasable && clock.now() < end) await erase(engine);
	const hasMore = shard === 0 && seen.hasFinished && clock.now() < end && (await archive(engine));
	const push = shard === 0 ? await announce(engine, end) : null;
	const [due, mark] = [seen.next?.at ?? null, shard === 0 ? await dirty.nextAt() : null];
	const here = Date.now();
	return Math.min(due === null ? Infinity : due - clock.least - leadMs, push === null ? Infinity : push - clock.least, mark ?? Infinity, hasMore ? here + archivePauseMs : Infinity, clock.now() >= end ? here : Infinity);
};

/** Adds what was counted to its minutes. Figures are not worth a pass that fails: what can't be written is given up. */
const writeDown = async (engine: Engine, tally: LatenessTally): Promise<void> => {
	const counts = tally.take();
	if (counts.length === 0) return;
	await commit(engine.database, [noteLateness(engine.workspace, counts), forgetLateness(engine.workspace, engine.now())]).catch((error) => engine.log('lateness could not be written down', {}, error));
};

/** Tells open screens that there is something to pull, once for each new seq. */
const poke = async (lasting: Lasting, workspace: string, seq: number): Promise<void> => {
	if (seq === lasting.poked) return;
	lasting.poked = seq;
	await callRoom(lasting.settings, 'workspace', workspace, 'poke', { seq });
};
