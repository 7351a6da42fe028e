/** Step 6 of the walk: claims due jobs, reads the truth anew, asks the engine, does what it says (R5–R7, R15, R16, R20). */
import { claimFirings, type Firings } from '#db/firings.ts';
import { endRunsOf } from '#db/gone.ts';
import { dropJob, isQuarantined, leaseMs, releaseJobs, type Job } from '#db/jobs.ts';
import { commit } from '#db/statement.ts';
import { commitHeld, pauseAfter } from './commit-held.ts';
import { conclude, postpone, type Conclusion } from './conclude.ts';
import type { Engine } from './engine.ts';
import { judge, type Judgement } from './judge.ts';
import { fire } from './occurrences.ts';
import { migrateRuns } from './migrate.ts';
import { performAll, prepare, prepareAgain } from './perform.ts';
import { tell } from './tell.ts';
import { lateMsOf } from './trace.ts';

/** Jobs of one claim: some at first, few while the outside world has to be asked, up to many while the store alone is. */
const firstJobs = 100;
const fewJobs = 20;
const manyJobs = 500;
const growth = 5;
/** How many ask the outside world at once: a Durable Object has six outgoing connections. */
const atOnce = 4;
/** How old a judgement may be, in ms, when its intents are recorded; after that the truth is read once more. */
const freshMs = 1_000;

/** Works until nothing is due or it is `until` (ms). Says how many jobs were claimed. Throws when the store can't be reached. */
export const work = async (engine: Engine, until: number): Promise<number> => {
	let [helper, helped]: [Promise<void> | null, number] = [null, 0];
	// While the store answers one hand, the other thinks: so many take little more than half the time.
	const help = (): void => {
		helper ??= hand(engine, until, manyJobs, null)
			.catch((error: unknown) => (engine.log('the second hand stopped', {}, error), 0))
			.then((more) => void ([helper, helped] = [null, helped + more]));
	};
	const own = await hand(engine, until, firstJobs, help).finally(() => helper);
	return own + helped;
};

/** Claims and works, `limit` at first, until nothing is due. Calls `help` whenever there is more than one hand's work that the store alone decides; who helps stops at what isn't. */
const hand = async (engine: Engine, until: number, limit: number, help: (() => void) | null): Promise<number> => {
	let claimed = 0;
	while (engine.now() < until) {
		const { workspace, shard } = engine;
		const [asked, token] = [Date.now(), engine.newToken()];
		const { jobs, read } = await claimFirings(engine.database, { workspace, shard, token, now: engine.clock ? null : engine.now(), limit }).catch((error: unknown) => {
			// Nobody knows whether it claimed any.
			engine.owed.note(token, null);
			throw error;
		});
		if (jobs[0]) engine.clock?.follow(jobs[0].visibleAt - leaseMs, asked);
		if (jobs.length === 0) break;
		claimed += jobs.length;
		if (jobs.length === manyJobs) help?.();
		const performed = await workClaim(engine, jobs, read, until);
		if (performed > 0 && !help) break;
		limit = performed > 0 ? fewJobs : Math.min(limit * growth, manyJobs);
	}
	return claimed;
};

/** The jobs of one claim, and what came with it. Says how many asked for something to be done. */
const workClaim = async (engine: Engine, jobs: Job[], read: (() => Firings) | null, until: number): Promise<number> => {
	const { fresh, doubtful, back } = share(jobs);
	await giveBack(engine, back, 0);
	const performed = await workSteps(engine, fresh.filter(({ kind }) => kind === 'step'), until, read);
	for (const job of fresh) if (job.kind !== 'step') await workAlone(engine, job, until, () => (begin(engine, job), job.kind === 'alert' ? tell(engine, job) : job.kind === 'migration' ? migrateRuns(engine, job, until) : fire(engine, job, until)));
	return performed + (await workSteps(engine, doubtful, until));
};

/**
 * A job whose worker died may have killed it, and must not take others along (R15): it is worked after those that are new, with few like it the
 * first time and alone the second. What is too many for that goes back, so that its lease doesn't expire with it.
 */
const share = (jobs: Job[]): { fresh: Job[]; doubtful: Job[]; back: Job[] } => {
	const fresh = jobs.filter((job) => job.kind !== 'step' || job.crashes === 0 || isQuarantined(job));
	const others = jobs.filter((job) => !fresh.includes(job)).sort((a, b) => a.crashes - b.crashes);
	const most = others[0]?.crashes === 1 ? Math.min(fewJobs, others.filter(({ crashes }) => crashes === 1).length) : 1;
	return { fresh, doubtful: others.slice(0, most), back: others.slice(most) };
};

/** Judges steps together; those that need nothing done end in one batch, the others are done one by one, a few at once. `read`: what was read with their claim. */
const workSteps = async (engine: Engine, jobs: Job[], until: number, read: (() => Firings) | null = null): Promise<number> => {
	if (jobs.length === 0) return 0;
	try {
		if (engine.now() >= until) return (await giveBack(engine, jobs, 0), 0);
		const begunAt = engine.now();
		const { judged, now } = await judge(engine, jobs, read);
		for (const job of jobs) if (judged.get(job.id)!.kind !== 'perform') begin(engine, job, begunAt);
		await settle(engine, now, jobs, judged);
		const asking = jobs.filter(({ id }) => judged.get(id)!.kind === 'perform');
		const [queue, back] = [asking.slice(0, fewJobs), asking.slice(fewJobs)];
		await giveBack(engine, back, 0);
		const worker = async () => {
			for (let job = queue.shift(); job; job = queue.shift()) {
				const one = job;
				begin(engine, one);
				await workAlone(engine, one, until, () => perform(engine, one, Math.abs(engine.now() - now) < freshMs ? judged.get(one.id)! : null));
			}
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
		return asking.length;
	} catch (error) {
		const pauseMs = pauseAfter(error);
		if (pauseMs !== null) await giveBack(engine, jobs, pauseMs);
		// One row that can't be read is that job's trouble alone.
		else if (jobs.length > 1) for (const job of jobs) await workSteps(engine, [job], until);
		if (pauseMs !== null || jobs.length === 1) note(engine, jobs[0]!, error);
		return 0;
	}
};

/** Ends the steps that need nothing done, judged at `now` (ms), in one batch. */
const settle = async (engine: Engine, now: number, jobs: readonly Job[], judged: Map<number, Judgement>): Promise<void> => {
	const conclusions: Conclusion[] = [];
	for (const job of jobs) {
		const word = judged.get(job.id)!;
		if (word.kind === 'drop') await commit(engine.database, [dropJob(job)]);
		else if (word.kind === 'gone') await commitHeld(engine, now, [{ job, statements: endRunsOf(engine.workspace, word.subjectId, now) }]);
		else if (word.kind === 'conclude') conclusions.push({ job, firing: word.firing, decision: word.decision });
		else if (word.kind === 'broken') note(engine, job, word.error);
	}
	const written = await conclude(engine, now, conclusions);
	for (const { job } of conclusions) if (written.get(job.id) instanceof Error) note(engine, job, written.get(job.id));
};

/** Does what a step asks for. Without a judgement the truth is read anew. */
const perform = async (engine: Engine, job: Job, known: Judgement | null): Promise<void> => {
	const { judged, now } = known ? { judged: new Map([[job.id, known]]), now: engine.now() } : await judge(engine, [job]);
	const word = judged.get(job.id)!;
	if (word.kind !== 'perform') return settle(engine, now, [job], judged);
	const { firing, asked, world, decide } = word;
	let { intents } = firing;
	if (asked) {
		const prepared = await prepare(engine, job, firing, asked.intents, asked.input, world);
		if (!prepared) return;
		if (prepared.kind === 'reschedule') return settle(engine, engine.now(), [job], new Map([[job.id, { kind: 'conclude', firing, decision: prepared }]]));
		intents = prepared.intents;
	} else if (!(await prepareAgain(engine, job, intents))) return;
	const progress = await performAll(engine, job, firing.run, intents, world);
	if (progress.kind === 'later') {
		const word = (await postpone(engine, job, firing, progress.later)).get(job.id);
		return word instanceof Error ? note(engine, job, word) : undefined;
	}
	const then = engine.now();
	const decision = decide(progress.intents, then);
	if (decision.kind === 'perform') throw new Error('The engine asked twice to perform one step.');
	return settle(engine, then, [job], new Map([[job.id, { kind: 'conclude', firing: { ...firing, intents: progress.intents }, decision }]]));
};

/** One job; whatever goes wrong with it is its own trouble, never the queue's. */
const workAlone = async (engine: Engine, job: Job, until: number, does: () => Promise<void>): Promise<void> => {
	try {
		if (engine.now() >= until) await giveBack(engine, [job], 0);
		else if (job.kind === 'step' || job.kind === 'alert' || job.kind === 'migration' || !isQuarantined(job)) await does();
		else engine.log('a playbook’s timer is quarantined: it failed three times. An administrator can try it again (Operations).', { job: job.id, playbook: job.playbookId, kind: job.kind });
	} catch (error) {
		note(engine, job, error);
		// The store's own troubles, and this machine's clock's, are not the job's: it is given back. After anything else the lease runs out, and the third time quarantines it (R15).
		const pauseMs = pauseAfter(error);
		if (pauseMs !== null) await giveBack(engine, [job], pauseMs);
	}
};

/** Says that a job is begun, which one that is given back is not, and how late. */
const begin = (engine: Engine, job: Job, now = engine.now()): void => {
	engine.trace?.({ event: 'claimed', job: job.id, kind: job.kind, run: job.runId, number: job.number, attempt: job.attempt, lateMs: lateMsOf(job, now) });
	if (isQuarantined(job)) engine.trace?.({ event: 'quarantined', job: job.id, kind: job.kind, run: job.runId, number: job.number });
};

const note = (engine: Engine, job: Job, error: unknown): void => engine.log('a job could not be worked', { job: job.id, run: job.runId, number: job.number, attempt: job.attempt }, error);

/** Gives jobs of one claim back, to be claimed in `afterMs` by the database's clock (R20); if that fails, when the store answers again. */
const giveBack = async (engine: Engine, jobs: Job[], afterMs: number): Promise<void> => {
	if (jobs.length === 0) return;
	try {
		await commit(engine.database, [releaseJobs(jobs[0]!.token!, jobs, { now: engine.clock ? null : engine.now(), afterMs })]);
	} catch (error) {
		engine.owed.note(jobs[0]!.token!, jobs);
		note(engine, jobs[0]!, error);
	}
};
