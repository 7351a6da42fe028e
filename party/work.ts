/** Step 6 of the walk: claims due jobs, reads the truth anew, asks the engine, does what it says (R5–R7, R15, R16, R20). */
import { openConflicts } from '#db/conflicts.ts';
import { readFiring, type Firing } from '#db/firings.ts';
import { claimJobs, dropJob, isQuarantined, releaseJob, type Job } from '#db/jobs.ts';
import { commit } from '#db/statement.ts';
import type { Intent } from '#db/intents.ts';
import { advance } from '#domain/engine/advance.ts';
import { errorText } from '#domain/engine/error.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { scheduled, stepAfter } from '#domain/engine/next-step.ts';
import type { Decision, Settled } from '#domain/engine/run.ts';
import type { Facts } from '#domain/engine/facts.ts';
import { undecided, type Undecided } from '#domain/engine/undecided.ts';
import { conclude, postpone } from './conclude.ts';
import { truthOf, type Engine } from './engine.ts';
import { fire } from './occurrences.ts';
import { performAll, prepare, prepareAgain } from './perform.ts';
import { tell } from './tell.ts';
import { lateMsOf } from './trace.ts';

/** Jobs of one claim, and how many are under way at once: a Durable Object has six outgoing connections. */
const claimSize = 20;
const atOnce = 4;
/** How soon a job is tried again when the store went away under it, in ms. */
const storePauseMs = 2_000;

/** Works until nothing is due or it is `until` (ms). Says how many jobs were claimed. Throws when the store can't be reached. */
export const work = async (engine: Engine, until: number): Promise<number> => {
	let claimed = 0;
	while (engine.now() < until) {
		const { workspace, shard } = engine;
		const now = engine.now();
		const jobs = await claimJobs(engine.database, { workspace, shard, token: engine.newToken(), now, limit: claimSize });
		if (jobs.length === 0) break;
		for (const job of jobs) engine.trace?.({ event: 'claimed', job: job.id, kind: job.kind, run: job.runId, number: job.number, attempt: job.attempt, lateMs: lateMsOf(job, now) });
		for (const job of jobs.filter(isQuarantined)) engine.trace?.({ event: 'quarantined', job: job.id, kind: job.kind, run: job.runId, number: job.number });
		claimed += jobs.length;
		const queue = [...jobs];
		const worker = async () => {
			for (let job = queue.shift(); job; job = queue.shift()) await workOne(engine, job, until);
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
	}
	return claimed;
};

/** One job; whatever goes wrong with it is its own trouble, never the queue's. */
const workOne = async (engine: Engine, job: Job, until: number): Promise<void> => {
	try {
		if (engine.now() >= until) await commit(engine.database, [releaseJob(job, engine.now(), false)]);
		else if (job.kind === 'step') await step(engine, job);
		else if (job.kind === 'alert') await tell(engine, job);
		else if (!isQuarantined(job)) await fire(engine, job, until);
		else engine.log('a playbook’s timer is quarantined: it failed three times. An administrator can try it again (Operations).', { job: job.id, playbook: job.playbookId, kind: job.kind });
	} catch (error) {
		engine.log('a job could not be worked', { job: job.id, run: job.runId, number: job.number, attempt: job.attempt }, error);
		// The store's own troubles are not the job's: it is given back. After anything else the lease runs out, and the third time quarantines it (R15).
		if (isStoreTrouble(error)) await commit(engine.database, [releaseJob(job, engine.now() + storePauseMs, false)]).catch(() => undefined);
	}
};

/** Whether the store did not answer, or was busy: `LibsqlError` without an SQLite code, or fetch's TypeError. */
const isStoreTrouble = (error: unknown): boolean => {
	for (let at: unknown = error; at instanceof Error; at = at.cause) {
		if (at.name === 'LibsqlError' && 'code' in at) return !String(at.code).startsWith('SQLITE_') || String(at.code).startsWith('SQLITE_BUSY');
		if (at instanceof TypeError && /fetch|network|connect/i.test(at.message)) return true;
	}
	return false;
};

const step = async (engine: Engine, job: Job): Promise<void> => {
	const firing = await readFiring(engine.database, job);
	const isLive = firing && firing.run.epoch === job.epoch && (firing.run.state === 'running' || firing.run.state === 'waiting');
	if (!isLive) return void (await commit(engine.database, [dropJob(job)]));
	if (isQuarantined(job)) return void (await conclude(engine, job, firing, { kind: 'fail', error: errorText('quarantined') }));
	if (!firing.definition) return void (await conclude(engine, job, firing, { kind: 'fail', error: errorText('unknown-version') }));
	const { settings, sending, one } = await truthOf(engine, firing.run.subjectId);
	if (!one) return void (await conclude(engine, job, firing, { kind: 'fail', error: errorText('record-gone') }));
	const facts = factsFromRows(one, settings, { run: firing.run });
	const world = { settings: engine.settings, sending };
	if (job.payload?.isSkipped === true) return void (await conclude(engine, job, firing, skipped(firing, facts, engine.now())));

	const open = undecided(await openConflicts(engine.database, engine.workspace, [firing.run.subjectId], engine.now()));
	let { intents } = firing;
	if (intents.length === 0) {
		const decision = decide(firing, intents, facts, open, engine.now());
		if (decision.kind !== 'perform') return void (await conclude(engine, job, firing, decision));
		const prepared = await prepare(engine, job, firing, decision.intents, decision.input, world);
		if (!prepared) return;
		intents = prepared;
	} else if (!(await prepareAgain(engine, job, intents))) return;
	const progress = await performAll(engine, job, firing, intents, world);
	if (progress.kind === 'later') return void (await postpone(engine, job, firing, progress.later));
	const decision = decide(firing, progress.intents, facts, open, engine.now());
	if (decision.kind === 'perform') throw new Error('The engine asked twice to perform one step.');
	await conclude(engine, job, { ...firing, intents: progress.intents }, decision);
};

const decide = ({ definition, run, step: at, resumed, performed }: Firing, intents: Intent[], facts: Facts, open: Undecided, now: number): Decision =>
	advance({
		definition: definition!,
		run,
		step: { number: at.number, stepId: at.stepId, dueAt: at.dueAt },
		facts,
		now,
		settled: intents.length > 0 ? intents.map(settledOf) : null,
		// Drafts say themselves what became of them.
		resumed: resumed === null || resumed.kind === 'draft' ? null : { output: { [resumed.kind]: resumed.ref, at: resumed.at } },
		performed,
		undecided: open,
	});

const settledOf = ({ part, kind, state, response, error }: Intent): Settled => ({ part, kind, state: state as Settled['state'], response, error });

/** A person skipped the step: what comes behind it, as of now. */
const skipped = ({ definition, step: at }: Firing, facts: Facts, now: number): Exclude<Decision, { kind: 'perform' }> => ({
	kind: 'next',
	state: 'skipped',
	output: null,
	next: scheduled(stepAfter(definition!, at.stepId), facts, now),
});
