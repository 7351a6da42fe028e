/** Playbooks that time starts: a schedule's occurrence, or a stage that has lasted. In chunks, each fenced by the job's token. */
import { openConflicts } from '#db/conflicts.ts';
import { readLastingPage, readTruth, readTruthPage, type CustomerTruth, type Truth } from '#db/facts.ts';
import { assertHeld, dropJob, insertTimer, isHeld, keepProgress, rearmJob, releaseJob, type Job } from '#db/jobs.ts';
import { enrolRun, historyKey, readHistories } from '#db/entries.ts';
import { activePlaybooks, type ActivePlaybook } from '#db/runs.ts';
import { isLimit, keepRefusal } from '#db/refusals.ts';
import { bumpSeq, commit, type Statement } from '#db/statement.ts';
import { enrol } from '#domain/engine/enrol.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { lastingOccurrence, nextOccurrence } from '#domain/engine/lasting.ts';
import { readBy, undecided, waitsUntil } from '#domain/engine/undecided.ts';
import { commitAt } from './clock.ts';
import { idFrom, type Engine } from './engine.ts';

const chunkSize = 200;
/** A sweep looks again at least this often, in ms. */
const sweepMs = 3_600_000;

/** `held`: records whose occurrence waits for a person; `only`: a look at such records alone. */
type Progress = { key?: string; after?: string | null; soonest?: number | null; held?: string[]; only?: string[] };
/** What made a record's turn come: its occurrence, or null when it is not due. */
type Occurrence = (customer: CustomerTruth, settings: Truth['settings']) => { key: string; at: number } | null;

/** Fires a schedule or a sweep. Returns when it is through, or at `until` (ms) with its place kept. */
export const fire = async (engine: Engine, job: Job, until: number): Promise<void> => {
	const [playbook] = await activePlaybooks(engine.database, engine.workspace, job.playbookId!);
	const trigger = playbook?.definition.trigger;
	if (!playbook || !trigger) return void (await commit(engine.database, [dropJob(job)]));
	const progress: Progress = { ...job.payload };
	const occurrence: Occurrence = job.kind === 'schedule' ? () => ({ key: progress.key ?? String(job.dueAt), at: job.dueAt }) : (one, settings) => lastingOccurrence(trigger, one.customer, settings);
	for (;;) {
		const page = await readPage(engine, job, progress);
		if (!page) return void (await commit(engine.database, [dropJob(job)]));
		const now = engine.now();
		const isLast = progress.only !== undefined || page.customers.length < chunkSize;
		const entries = await entriesOf(engine, playbook, page, occurrence, progress, job.kind === 'sweep', now);
		progress.after = page.customers.at(-1)?.customer.id ?? progress.after ?? null;
		const isOver = isLast || engine.now() >= until;
		const statements = [assertHeld(job), ...(entries.length > 0 ? [bumpSeq(engine.workspace)] : []), ...entries, ...(isLast ? end(job, playbook, page, progress, now) : [keepProgress(job, progress), ...(isOver ? [releaseJob(job, now, false)] : [])])];
		const isOurs = await commitAt(engine, now, statements, async () => isOver && !(await isHeld(engine.database, job)));
		if (isOver || !isOurs) return;
	}
};

const readPage = async ({ database, workspace }: Engine, job: Job, { after = null, only }: Progress): Promise<Truth | null> => {
	if (only) return readTruth(database, workspace, only);
	return job.kind === 'schedule' ? readTruthPage(database, workspace, after, chunkSize) : readLastingPage(database, workspace, { stageId: null, afterId: after }, chunkSize);
};

/** The records of a chunk that are due and may enter; `progress.soonest` becomes the time when the next one is. */
const entriesOf = async (engine: Engine, playbook: ActivePlaybook, page: Truth, occurrence: Occurrence, progress: Progress, isSweep: boolean, now: number): Promise<Statement[]> => {
	const due: { one: CustomerTruth; key: string; at: number }[] = [];
	const held = page.customers.length > 0 ? await undecidedUntil(engine, playbook, page, now, isSweep) : new Map<string, number>();
	for (const one of page.customers) {
		const turn = occurrence(one, page.settings);
		const until = held.get(one.customer.id);
		// It waits for a person to settle a conflict (SY6): a later look takes it.
		if (turn && until !== undefined) {
			progress.soonest = Math.min(progress.soonest ?? until, until);
			if (!isSweep) (progress.held ??= []).push(one.customer.id);
		}
		else if (turn && turn.at <= now) due.push({ one, ...turn });
		else if (turn) progress.soonest = Math.min(progress.soonest ?? turn.at, turn.at);
	}
	if (due.length === 0) return [];
	const { id, version, definition } = playbook;
	const histories = await readHistories(engine.database, engine.workspace, [id], due.map(({ one }) => one.customer.id), now);
	const entries: Statement[] = [];
	for (const { one, key, at } of due) {
		const subject = one.customer.id;
		const history = histories.get(historyKey(id, subject))!;
		// It has had its turn: a sweep meets it again and again while the state lasts.
		if (isSweep && history.lastEnteredAt !== null && history.lastEnteredAt >= at) continue;
		try {
			const runId = await idFrom('run_', id, subject, key);
			const input = { workspace: engine.workspace, playbookId: id, version, definition, cause: { by: 'schedule', occurrence: key }, parent: null, facts: factsFromRows(one, page.settings), now, runId } as const;
			const enrolment = enrol({ ...input, history });
			if (enrolment.enters) entries.push(...enrolRun(enrolment.run, enrolment.first, engine.shard));
			else if (isLimit(enrolment.code)) entries.push(keepRefusal({ ...input, subjectId: subject, code: enrolment.code, at: now, filters: enrolment.filters }));
		} catch (error) {
			engine.log('a playbook could not be entered', { playbook: id, customer: subject }, error);
		}
	}
	return entries;
};

/** The records of which a field that the filters read (for a sweep: or the stage) is in conflict, and until when at most (ms). */
const undecidedUntil = async ({ database, workspace }: Engine, { definition }: ActivePlaybook, page: Truth, now: number, isSweep: boolean): Promise<Map<string, number>> => {
	const ids = page.customers.map(({ customer }) => customer.id);
	const open = await openConflicts(database, workspace, ids, now);
	const read = [...(isSweep ? ['customer.stageSince'] : []), ...readBy(definition.filters)];
	return new Map(ids.flatMap((id) => {
		const until = waitsUntil(read, undecided(open.filter(({ customerId }) => customerId === id)));
		return until === null ? [] : [[id, until] as const];
	}));
};

/** The same job for its next time, in the commit that ends this one (R14); a schedule without a next time is over. */
const end = (job: Job, { definition }: ActivePlaybook, { settings }: Truth, progress: Progress, now: number): Statement[] => {
	const again = Math.max(now + 1, Math.min(progress.soonest ?? Infinity, now + sweepMs));
	if (job.kind === 'sweep') return [rearmJob(job, again, null)];
	// The same occurrence, later, for the records that wait; the others have had theirs.
	const later = progress.held && { key: progress.key ?? String(job.dueAt), only: progress.held };
	if (progress.only) return [later ? rearmJob(job, again, later) : dropJob(job)];
	// After the occurrence, not after now: an hour of darkness must not swallow one, but of many missed ones only the last counts.
	let next = nextOccurrence(definition.trigger!, job.dueAt, settings);
	for (let later = next; later && later.at <= now; later = nextOccurrence(definition.trigger!, later.at, settings)) next = later;
	const waiting = later ? [insertTimer({ workspace: job.workspace, playbookId: job.playbookId!, kind: 'schedule', at: again, payload: later })] : [];
	return [...waiting, next ? rearmJob(job, next.at, { key: next.key }) : dropJob(job)];
};
