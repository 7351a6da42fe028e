/** Moves running runs to another version, or takes them back (BE2): one guarded batch for each, as long as the handler may work. */
import { readTruth, type Truth } from '#db/facts.ts';
import { assertHeld, deleteJob, isQuarantined, keepProgress, releaseJob, type Job } from '#db/jobs.ts';
import { keepOutcome, keepReturn, outcomeOf, readMigration, runsToMove, runsToReturn, setState, type Migration } from '#db/migration-rows.ts';
import { orderMigration, orderReturn, type Target } from '#db/migrating.ts';
import { readVersion } from '#db/playbooks.ts';
import { bumpSeq, type Statement } from '#db/statement.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { commitAt } from './clock.ts';
import type { Engine } from './engine.ts';

/** How long it works at once, and how long it lets others go first, in ms: jobs that are due don't wait for it, and screens see how far it is. */
const sliceMs = 1_000;
const pauseMs = 100;
/** Runs whose records are read together. */
const pageSize = 50;
/** How often a run that moves on meanwhile is decided anew. */
const tries = 3;
/** What is on its way ends first: how often such runs are come back to, and after how long (ms). */
const rounds = 3;
const roundMs = 10_000;

type Progress = { migration: string; after?: string; round?: number; isBusy?: boolean };
type Ordered = { isAllowed: true; statements: Statement[] } | { isAllowed: false; code: string };

/** A move's job. One that was the end of three workers ends the move where it is: what moved has moved, and can be taken back. */
export const migrateRuns = async (engine: Engine, job: Job, budget: number): Promise<void> => {
	const until = Math.min(budget, engine.now() + sliceMs);
	const progress = job.payload as Progress;
	const of = await readMigration(engine.database, engine.workspace, progress.migration);
	const isUnderWay = of?.state === 'moving' || of?.state === 'returning';
	if (!of || !isUnderWay) return void (await write(engine, job, [deleteJob(job.id)]));
	if (isQuarantined(job)) {
		engine.log('a move of runs to another version was given up: it failed three times', { migration: of.id, playbook: of.playbookId });
		return end(engine, job, of, of.state === 'moving' ? 'stopped' : 'returned');
	}
	return of.state === 'moving' ? move(engine, job, of, progress, until) : goBack(engine, job, of, until);
};

const move = async (engine: Engine, job: Job, of: Migration, { after = '', round = 1, isBusy = false }: Progress, until: number): Promise<void> => {
	const { database, workspace } = engine;
	const version = await readVersion(database, workspace, of.playbookId, of.version);
	if (!version) return end(engine, job, of, 'stopped');
	let [last, busy] = [after, isBusy];
	for (let isDone = false; !isDone && engine.now() < until; ) {
		const page = await runsToMove(database, of, last, pageSize);
		isDone = page.length < pageSize;
		const truth = page.length > 0 ? await readTruth(database, workspace, page.map(({ subjectId }) => subjectId)) : null;
		for (const { id, subjectId } of page) {
			if (engine.now() >= until) return rest(engine, job, { migration: of.id, after: last, round, isBusy: busy }, pauseMs);
			const word = await moveOne(engine, job, of, version, truth, { id, subjectId }, round === rounds);
			// Somebody called the move off, or another worker has the job.
			if (word === 'lost') return;
			if (word === 'busy') busy = true;
			last = id;
		}
		if (isDone && busy && round < rounds) return rest(engine, job, { migration: of.id, round: round + 1 }, roundMs);
		if (isDone) return end(engine, job, of, 'done');
	}
	return rest(engine, job, { migration: of.id, after: last, round, isBusy: busy }, pauseMs);
};

const moveOne = async (engine: Engine, job: Job, of: Migration, target: Target, truth: Truth | null, { id: runId, subjectId }: { id: string; subjectId: string }, isLast: boolean): Promise<'told' | 'busy' | 'lost'> => {
	const { database, workspace } = engine;
	const rows = truth?.customers.find(({ customer }) => customer.id === subjectId);
	const facts = rows && truth ? factsFromRows(rows, truth.settings) : null;
	const order = async (now: number) => {
		const ordered = await orderMigration(database, controlOf(of, of, runId, now), { migrationId: of.id, map: of.map, target, facts });
		if (ordered.isAllowed) return { ...ordered, statements: [...ordered.statements, ...keepOutcome(of, runId, ordered.how, { undo: ordered.undo })] };
		return ordered;
	};
	const word = await decideOne(engine, job, order, async () => (await outcomeOf(database, of.id, runId)) !== null);
	if (word === true) return 'told';
	// It ended by itself before its turn, or is there already: nothing became of it here.
	if (word === 'no-such-run' || word === 'already-ended' || word === 'already-there') return 'told';
	if (word === 'on-its-way' && !isLast) return 'busy';
	return (await write(engine, job, [bumpSeq(workspace), ...keepOutcome(of, runId, 'stayed', { code: word })])) ? 'told' : 'lost';
};

const goBack = async (engine: Engine, job: Job, of: Migration, until: number): Promise<void> => {
	const { database, workspace } = engine;
	while (engine.now() < until) {
		const page = await runsToReturn(database, of.id, pageSize);
		if (page.length === 0) return end(engine, job, of, 'returned');
		for (const { runId, undo } of page) {
			if (engine.now() >= until) break;
			const order = async (now: number): Promise<Ordered> => {
				const ordered = await orderReturn(database, controlOf(of, of.undoneBy ?? of, runId, now), of.id, undo);
				return ordered.isAllowed ? { ...ordered, statements: [...ordered.statements, ...keepReturn(of, runId, 'returned')] } : ordered;
			};
			const word = await decideOne(engine, job, order, async () => (await outcomeOf(database, of.id, runId))?.back != null);
			if (word !== true && !(await write(engine, job, [bumpSeq(workspace), ...keepReturn(of, runId, word)]))) return;
		}
	}
	return rest(engine, job, { migration: of.id }, pauseMs);
};

const controlOf = ({ workspace }: Migration, { by, name, reason }: Pick<Migration, 'by' | 'name' | 'reason'>, runId: string, now: number) => ({ workspace, runId, by, ...(name === null ? {} : { name }), reason, now });

/** Decides about one run and writes it, anew when it has moved on meanwhile: true, or why it stays as it is. */
const decideOne = async (engine: Engine, job: Job, order: (now: number) => Promise<Ordered>, hasHappened: () => Promise<boolean>): Promise<true | string> => {
	for (let n = 0; n < tries; n++) {
		const now = engine.now();
		const ordered = await order(now);
		if (!ordered.isAllowed) return ordered.code;
		if (await commitAt(engine, now, [assertHeld(job), ...ordered.statements], hasHappened)) return true;
	}
	return 'changed-meanwhile';
};

const write = (engine: Engine, job: Job, statements: Statement[]): Promise<boolean> => commitAt(engine, engine.now(), [assertHeld(job), ...statements], async () => false);

const end = async (engine: Engine, job: Job, of: Migration, state: 'done' | 'stopped' | 'returned'): Promise<void> =>
	void (await write(engine, job, [bumpSeq(engine.workspace), setState(engine.workspace, of.id, state, engine.now()), deleteJob(job.id)]));

/** Goes on later where it got to. */
const rest = async (engine: Engine, job: Job, progress: Progress, afterMs: number): Promise<void> =>
	void (await write(engine, job, [keepProgress(job, progress), releaseJob(job, engine.now() + afterMs, false)]));
