/**
 * Records entering playbooks (RU5, R19). `enrolRun(run, first)` puts a new run with its first step and job behind the caller's guard and
 * `bumpSeq`; nothing happens when the record is in the playbook already, or its dedup key is taken.
 */
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { History } from '#domain/engine/enrol.ts';
import type { Run } from '#domain/engine/run.ts';
import type { Database } from './client.ts';
import { given, givenList, kept } from './kept.ts';
import { insertStepJob } from './jobs.ts';
import { isLive } from './runs.ts';
import { run } from './schema/index.ts';
import { guard, seqNow, statement, type Statement } from './statement.ts';
import { insertStep, type Next } from './steps.ts';

/** What entry rules are judged by (RU5, R19), for each `playbook subject` that has any; times in ms. */
export type Histories = Map<string, History>;
export const historyKey = (playbookId: string, subjectId: string): string => `${playbookId} ${subjectId}`;

const askHistories = kept((database) => {
	const subjects = and(eq(run.workspace, given('workspace')), inArray(run.subjectId, givenList('subjects')));
	return [
		database
			.select({
				playbookId: run.playbookId,
				subjectId: run.subjectId,
				live: sql<number>`SUM(${sql.raw(isLive)})`,
				lastEnteredAt: sql<number>`MAX(${run.startedAt})`,
				lastEndedAt: sql<number | null>`MAX(${run.endedAt})`,
			})
			.from(run)
			.where(and(subjects, inArray(run.playbookId, givenList('playbooks'))))
			.groupBy(run.playbookId, run.subjectId),
		database.select({ subjectId: run.subjectId, count: sql<number>`COUNT(*)` }).from(run).where(and(subjects, gt(run.startedAt, given('since')))).groupBy(run.subjectId),
	] as const;
});

/** How records stood in playbooks, and how many runs each began in the minute before `now`. Every pair asked for is in the answer. */
export const readHistories = async (database: Database, workspace: string, playbookIds: string[], subjectIds: string[], now: number): Promise<Histories> => {
	const [entries, bursts] = await askHistories(database, { workspace, subjects: JSON.stringify(subjectIds), playbooks: JSON.stringify(playbookIds), since: now - 60_000 });
	const started = new Map(bursts.map((burst) => [burst.subjectId, burst.count]));
	const blank = (subjectId: string): History => ({ hasEntered: false, isRunning: false, lastEnteredAt: null, lastEndedAt: null, startedLastMinute: started.get(subjectId) ?? 0 });
	const histories: Histories = new Map(playbookIds.flatMap((playbookId) => subjectIds.map((subjectId) => [historyKey(playbookId, subjectId), blank(subjectId)])));
	for (const { playbookId, subjectId, live, lastEnteredAt, lastEndedAt } of entries)
		histories.set(historyKey(playbookId, subjectId), { ...blank(subjectId), hasEntered: true, isRunning: live > 0, lastEnteredAt, lastEndedAt });
	return histories;
};

/** Aborts the batch unless the playbook takes records: somebody may have paused or deactivated it since it was read (PB4). */
export const assertTakes = (playbookId: string): Statement => guard(`EXISTS (SELECT 1 FROM activation WHERE id = :playbookId AND state = 'active')`, { playbookId });

/** Aborts the batch when the record is in that playbook, by another run than this. */
export const assertNotIn = ({ id, workspace, playbookId, subjectId }: Run): Statement =>
	guard(`NOT EXISTS (SELECT 1 FROM run WHERE workspace = :workspace AND subject_id = :subjectId AND playbook_id = :playbookId AND id <> :id AND ${isLive})`, { id, workspace, playbookId, subjectId });

/**
 * A new run, its first step and that step's job, in the batch that decided it. Nothing happens when the record is in the playbook
 * already or the dedup key is taken (RU5): the store decides, whoever enrols at the same time. `first` null = nothing to do: it is complete.
 */
export const enrolRun = (entering: Run, first: Next | null, shard = 0): Statement[] => {
	const { id, workspace } = entering;
	const isThere = 'EXISTS (SELECT 1 FROM run WHERE id = :runId) AND NOT EXISTS (SELECT 1 FROM step WHERE run_id = :runId)';
	const insert = statement(
		`INSERT INTO run (id, workspace, seq, playbook_id, version, subject_type, subject_id, dedup_key, state, has_errors, epoch, root_run_id, parent_run_id,
			depth, lineage, cause, vars, next_step_id, next_due_at, started_at, ended_at)
		 SELECT :id, :workspace, ${seqNow}, :playbookId, :version, :subjectType, :subjectId, :dedupKey, :state, :hasErrors, :epoch, :rootRunId, :parentRunId,
			:depth, :lineage, :cause, :vars, :nextStepId, :nextDueAt, :startedAt, :endedAt
		 WHERE NOT EXISTS (SELECT 1 FROM run WHERE workspace = :workspace AND subject_id = :subjectId AND playbook_id = :playbookId AND ${isLive})
		 ON CONFLICT DO NOTHING`,
		{
			id,
			workspace,
			playbookId: entering.playbookId,
			version: entering.version,
			subjectType: entering.subjectType,
			subjectId: entering.subjectId,
			dedupKey: entering.dedupKey,
			state: first ? entering.state : 'completed',
			hasErrors: entering.hasErrors ? 1 : 0,
			epoch: entering.epoch,
			rootRunId: entering.rootRunId,
			parentRunId: entering.parentRunId,
			depth: entering.depth,
			lineage: JSON.stringify(entering.lineage),
			cause: JSON.stringify(entering.cause),
			vars: JSON.stringify(entering.vars),
			nextStepId: first?.stepId ?? null,
			nextDueAt: first?.dueAt ?? null,
			startedAt: entering.startedAt,
			endedAt: first ? entering.endedAt : entering.startedAt,
		},
	);
	if (!first) return [insert];
	return [
		insert,
		insertStepJob({ workspace, runId: id, number: 1, dueAt: first.dueAt, epoch: entering.epoch, shard }, isThere, { runId: id }),
		insertStep({ workspace, runId: id, number: 1, next: first }, 'EXISTS (SELECT 1 FROM run WHERE id = :runId)'),
	];
};
