/**
 * One run's move to another version (BE2), and its way back, as `domain/engine/migrate` decides them: read where it stands, decide, write it
 * in one batch that is guarded by what was read.
 */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Skips } from '#domain/engine/control.ts';
import type { Facts } from '#domain/engine/facts.ts';
import { migrate, takeBack, type Migrating, type Moved, type ReturnRefusal, type StepMap } from '#domain/engine/migrate.ts';
import type { Database } from './client.ts';
import { controlStatements, readStanding, type Control } from './control.ts';
import { copyDrafts } from './drafts.ts';
import { insertStepJob } from './jobs.ts';
import { isLive, type Standing } from './runs.ts';
import { guard, seqNow, statement, type Statement } from './statement.ts';
import { copyStep } from './steps.ts';
import { listen } from './waits.ts';

export type Target = { version: number; definition: PlaybookDefinition };
type Wait = NonNullable<Moved['before']['waits']>;
type Read = { standing: Omit<Migrating, 'target' | 'facts'>; waits: Wait | null; drafts: string[] };

/** SQL: how far the effects of a run's step are, as `Migrating.effects` says. */
const effectsOf = `(SELECT CASE WHEN COUNT(*) = 0 THEN 'none' WHEN SUM(state = 'unknown') > 0 THEN 'unknown' WHEN SUM(state IN ('prepared', 'sending')) > 0 THEN 'open' ELSE 'settled' END
	FROM intent WHERE run_id = :runId AND number = :number)`;

/** Where a run stands, whether it can move, and what it waits for; null when the workspace has no such run. */
async function readMigrating(database: Database, workspace: string, runId: string, now: number): Promise<Read | null> {
	const at = await readStanding(database, workspace, runId, now);
	if (!at) return null;
	const number = at.step?.number ?? 0;
	const one = (sql: string) => statement(sql, { runId, ...(sql.includes(':number') ? { number } : {}) });
	const [runs, jobs, waits, drafts] = await database.$client.batch(
		[
			one(`SELECT version, ${effectsOf} AS effects, COALESCE((SELECT ended_at FROM step WHERE run_id = :runId AND number = :number - 1), started_at) AS reached FROM run WHERE id = :runId`),
			one('SELECT payload FROM job WHERE run_id = :runId AND number = :number'),
			one('SELECT kind, ref FROM wait_token WHERE run_id = :runId AND number = :number AND consumed_at IS NULL'),
			one(`SELECT key FROM intent WHERE run_id = :runId AND number = :number AND state = 'waiting' ORDER BY part`),
		],
		'read',
	);
	const [row, wait] = [runs!.rows[0]!, waits!.rows[0]];
	const payload = JSON.parse((jobs!.rows[0]?.payload as string | null | undefined) ?? 'null') as { isSkipped?: boolean; skipsNext?: boolean } | null;
	const skips: Skips = payload?.isSkipped ? 'this' : payload?.skipsNext ? 'next' : null;
	const standing = { ...at, version: row.version as number, effects: row.effects as Migrating['effects'], reachedAt: row.reached as number, skips };
	return { standing, waits: wait ? { kind: wait.kind as Wait['kind'], ref: wait.ref as string } : null, drafts: drafts!.rows.map(({ key }) => key as string) };
}

type Elsewhere = Omit<Migrating, 'target' | 'facts' | 'definition'>;

/** Where every run of a playbook stands that is under way on another version: enough to say what a move would do, without times. */
export async function readElsewhere(database: Database, workspace: string, playbookId: string, version: number, now: number): Promise<Elsewhere[]> {
	const found = await database.$client.execute(
		statement(
			`SELECT r.version, r.state, r.epoch, r.has_errors, r.paused_at, r.started_at, s.number, s.step_id, s.state AS step_state, s.due_at, EXISTS (SELECT 1 FROM job j WHERE j.run_id = r.id AND j.number = s.number) AS has_job,
				EXISTS (SELECT 1 FROM wait_token w WHERE w.run_id = r.id AND w.number = s.number AND w.consumed_at IS NULL) AS awaits,
				${effectsOf.replaceAll(':runId', 'r.id').replaceAll(':number', 's.number')} AS effects,
				(SELECT json_group_array(u.step_id) FROM intent i JOIN step u ON u.run_id = i.run_id AND u.number = i.number WHERE i.run_id = r.id AND i.state = 'unknown') AS lost
			 FROM run r LEFT JOIN step s ON s.run_id = r.id AND s.number = (SELECT MAX(number) FROM step WHERE run_id = r.id)
			 WHERE r.workspace = :workspace AND r.playbook_id = :playbookId AND r.version <> :version AND r.${isLive} AND r.deleted_at IS NULL`,
			{ workspace, playbookId, version },
		),
	);
	return found.rows.map((row) => ({
		version: row.version as number,
		run: { state: row.state as Migrating['run']['state'], epoch: row.epoch as number, hasErrors: row.has_errors === 1, pausedAt: row.paused_at as number | null },
		step: row.number === null ? null : { number: row.number as number, stepId: row.step_id as string, state: row.step_state as NonNullable<Migrating['step']>['state'], dueAt: row.due_at as number },
		hasJob: row.has_job === 1,
		isDeadline: row.has_job === 1 && row.awaits === 1,
		lost: JSON.parse(row.lost as string) as string[],
		effects: row.effects as Migrating['effects'],
		reachedAt: row.started_at as number,
		skips: null,
		timeZone: 'UTC',
		now,
	}));
}

/** Aborts unless the step's effects are as they were read: control alone doesn't see them. */
const sameEffects = (runId: string, { step, effects }: Read['standing']): Statement => guard(`${effectsOf} = :effects`, { runId, number: step?.number ?? 0, effects });

export type MigrateOrder = { migrationId: string; map: StepMap; target: Target; facts: Facts | null };
/** `undo` goes into the move's own row, beside what became of the run. */
export type MigrateOrdered = { isAllowed: true; how: Moved['how']; statements: Statement[]; undo: Moved } | { isAllowed: false; code: string };

/** The batch that moves a run, its guards first; or why it stays. A lost guard: it has moved on since, and is decided anew. */
export async function orderMigration(database: Database, control: Control, { migrationId, map, target, facts }: MigrateOrder): Promise<MigrateOrdered> {
	const { workspace, runId, now } = control;
	const read = await readMigrating(database, workspace, runId, now);
	if (!read) return { isAllowed: false, code: 'no-such-run' };
	const { standing, waits, drafts } = read;
	const decided = migrate(map, { ...standing, target, facts });
	if (!decided.isAllowed) return decided;
	const { run, step, version: from } = standing;
	const { how } = decided;
	const before = { state: run.state, hasErrors: run.hasErrors, pausedAt: run.pausedAt, number: step!.number, stepId: step!.stepId, stepState: step!.state, dueAt: step!.dueAt, hasJob: standing.hasJob, skips: standing.skips, waits, drafts };
	const undo: Moved = { how, from, epoch: run.epoch + 1, number: how === 'move' ? step!.number + 1 : step!.number, at: now, before };
	const said = { from, to: target.version, how, stepId: step!.stepId, number: step!.number, ...(how === 'move' ? { toStepId: decided.job!.stepId } : {}), migration: migrationId };
	return { isAllowed: true, how, undo, statements: [sameEffects(runId, standing), ...controlStatements(control, standing, decided, 'migrated', said), setVersion(control, target.version)] };
}

const setVersion = ({ workspace, runId }: Control, version: number): Statement => statement(`UPDATE run SET seq = ${seqNow}, version = :version WHERE id = :runId`, { workspace, runId, version });

/** What keeps a run from going back that its own rows don't tell, as SQL: the code, or NULL. */
const obstacleOf = `(SELECT CASE
	WHEN r.deleted_at IS NOT NULL THEN 'archived'
	WHEN NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = r.subject_id AND c.workspace = r.workspace AND c.deleted_at IS NULL) THEN 'record-gone'
	WHEN r.state = 'stopped' AND EXISTS (SELECT 1 FROM wait_token w WHERE w.kind = 'run' AND w.ref = r.id AND w.consumed_at >= :since) THEN 'parent-went-on'
	WHEN r.state = 'stopped' AND EXISTS (SELECT 1 FROM run o WHERE o.workspace = r.workspace AND o.subject_id = r.subject_id AND o.playbook_id = r.playbook_id AND o.id <> r.id AND o.${isLive}) THEN 'entered-again'
	END FROM run r WHERE r.id = :runId)`;

/** The batch that takes a run back to the version and the step it had, its guards first; or why it can't go back. */
export async function orderReturn(database: Database, control: Control, migrationId: string, moved: Moved): Promise<{ isAllowed: true; statements: Statement[] } | { isAllowed: false; code: string }> {
	const { workspace, runId, now } = control;
	const read = await readMigrating(database, workspace, runId, now);
	if (!read) return { isAllowed: false, code: 'no-such-run' };
	const about = { runId, since: moved.at };
	const found = await database.$client.execute(statement(`SELECT ${obstacleOf} AS obstacle`, about));
	const { standing } = read;
	const decided = takeBack(moved, standing, (found.rows[0]?.obstacle as ReturnRefusal | null | undefined) ?? null);
	if (!decided.isAllowed) return decided;
	const { before, from } = moved;
	const said = { from: standing.version, to: from, stepId: before.stepId, number: standing.step!.number, ...(moved.how === 'keep' ? {} : { toStepId: before.stepId }), migration: migrationId };
	return {
		isAllowed: true,
		statements: [
			sameEffects(runId, standing),
			guard(`${obstacleOf} IS NULL`, about),
			...controlStatements(control, standing, decided, 'migration-undone', said),
			setVersion(control, from),
			...(decided.restores ? restored(control, decided.restores, moved, { stepId: before.stepId, dueAt: decided.restores.isTimed ? decided.restores.dueAt : null }, standing.run.epoch + 1) : []),
		],
	};
}

/** The step as it was, under a new number: what it waited for is asked again where it was withdrawn. */
function restored({ workspace, runId, now }: Control, { number, of, state, isTimed, dueAt }: { number: number; of: number; state: string; isTimed: boolean; dueAt: number }, { before, at }: Moved, next: Standing, epoch: number): Statement[] {
	const about = { workspace, runId };
	const { waits, drafts } = before;
	return [
		copyStep({ ...about, number, of, state }),
		statement(`UPDATE run SET seq = ${seqNow}, next_step_id = :stepId, next_due_at = :dueAt WHERE id = :runId`, { ...about, stepId: next.stepId, dueAt: next.dueAt }),
		...(isTimed ? timed({ ...about, number, epoch }, dueAt) : []),
		...(waits?.kind === 'task' ? [statement(`UPDATE task SET seq = ${seqNow}, state = 'open' WHERE id = :ref AND workspace = :workspace AND state = 'cancelled'`, { workspace, ref: waits.ref })] : []),
		...(waits?.kind === 'draft' ? copyDrafts({ ...about, number, keys: drafts, since: at }) : []),
		...(waits ? listen({ ...about, number, epoch, kind: waits.kind, ref: waits.kind === 'draft' ? `${runId}:${number}` : waits.ref }, now) : []),
	];
}

/** The job that ends the time to wait for an answer, and the time at its step. */
const timed = ({ workspace, runId, number, epoch }: { workspace: string; runId: string; number: number; epoch: number }, dueAt: number): Statement[] => [
	statement(`UPDATE step SET seq = ${seqNow}, due_at = :dueAt WHERE run_id = :runId AND number = :number`, { workspace, runId, number, dueAt }),
	insertStepJob({ workspace, runId, number, dueAt, epoch, shard: 0 }),
];
