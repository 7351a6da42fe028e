/**
 * What needs an administrator (R15, R24): lateness beyond its bound, and quarantined jobs. A row for each, from when it was noticed until it
 * is over; and one for what such jobs have in common, which counts them and is told (ADR 45). Telling the alert address is an intent and a job like any other side effect: nothing is lost, nothing is sent under two keys.
 */
import type { Job } from './jobs.ts';
import type { LatenessCount } from '#domain/engine/lateness.ts';
import type { Database } from './client.ts';
import { prepareIntent } from './intents.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import { guard, seqNow, statement, type Statement } from './statement.ts';

export type Incident = { id: string; kind: 'lateness' | 'quarantine' | 'quarantined-job'; ref: string; detail: Record<string, unknown>; openedAt: number; closedAt: number | null; told: number };
export type NewIncident = { workspace: string; id: string; kind: Incident['kind']; ref: string; detail: Record<string, unknown>; now: number };

/** Opens an incident, behind `bumpSeq`; nothing happens while one about the same is open. */
export const openIncident = ({ workspace, id, kind, ref, detail, now }: NewIncident): Statement =>
	statement(
		`INSERT INTO incident (id, workspace, seq, kind, ref, detail, opened_at, told) SELECT :id, :workspace, ${seqNow}, :kind, :ref, :detail, :now, :told WHERE true ON CONFLICT DO NOTHING`,
		{ id, workspace, kind, ref, detail: JSON.stringify(detail), now, told: kind === 'quarantined-job' ? 1 : 0 },
	);

/** A quarantined job: its own row, and its cause's, which is opened or counts one more, once for each job. `detail` is the job's, `cause` what it shares with others. */
const quarantinedJob = (job: Omit<NewIncident, 'kind'>, ref: string, cause: Record<string, unknown>): Statement[] => [
	openIncident({ ...job, kind: 'quarantined-job', detail: { ...job.detail, cause: ref } }),
	statement(
		`INSERT INTO incident (id, workspace, seq, kind, ref, detail, opened_at) SELECT :id, :workspace, ${seqNow}, 'quarantine', :ref, :detail, :now WHERE (SELECT seq FROM incident WHERE id = :job) = ${seqNow}
		 ON CONFLICT (workspace, kind, ref) WHERE closed_at IS NULL DO UPDATE SET seq = excluded.seq, detail = json_set(incident.detail, '$.count', incident.detail ->> 'count' + 1)`,
		{ id: `${job.id}_cause`, workspace: job.workspace, ref, detail: JSON.stringify({ ...cause, count: 1 }), now: job.now, job: job.id },
	),
];

/** What a quarantined step of a run is, as incidents: its id follows from the step, so that it is there once. */
export const quarantinedStep = (about: { workspace: string; runId: string; number: number; stepId: string; playbookId: string; customerId: string; now: number }): Statement[] => {
	const { workspace, runId, number, now, ...rest } = about;
	const { playbookId, stepId } = rest;
	return quarantinedJob({ workspace, id: `incident_${runId}_${number}`, ref: `${runId}:${number}`, detail: { runId, number, ...rest }, now }, `${playbookId}:${stepId}`, { playbookId, stepId });
};

/** What a playbook's quarantined timer is, as incidents. */
export const quarantinedTimer = ({ workspace, id, timer: { jobId, kind, playbookId }, now }: { workspace: string; id: string; timer: Timer; now: number }): Statement[] =>
	quarantinedJob({ workspace, id, ref: `job:${jobId}`, detail: { timer: kind, playbookId }, now }, `timer:${playbookId}`, { timer: kind, playbookId });

/** Ends an incident, behind `bumpSeq`; one that jobs have in common not before the last of them is over. */
export const closeIncident = (workspace: string, id: string, now: number): Statement =>
	statement(
		`UPDATE incident SET seq = ${seqNow}, closed_at = :now, told = CASE kind WHEN 'quarantined-job' THEN 2 ELSE told END WHERE id = :id AND workspace = :workspace AND closed_at IS NULL
		 AND NOT (kind = 'quarantine' AND EXISTS (SELECT 1 FROM incident AS one WHERE one.workspace = :workspace AND one.kind = 'quarantined-job' AND one.closed_at IS NULL AND one.detail ->> 'cause' = incident.ref))`,
		{ workspace, id, now },
	);

export type Timer = { jobId: number; kind: Job['kind']; playbookId: string };
/** `isOver`: a quarantined step that its run has left behind. */
export type Watched = { counts: LatenessCount[]; incidents: (Incident & { isOver: boolean })[]; timers: Timer[]; alertUrl: string | null; name: string };

/** What there is to look after: lateness since a time (ms), incidents that are open or not told yet, quarantined timers. */
export const readWatched = async (database: Database, workspace: string, since: number): Promise<Watched> => {
	const [counts, incidents, timers, space] = await database.$client.batch(
		[
			statement('SELECT bucket, SUM(count) AS count, MAX(worst) AS worst FROM lateness_minute WHERE workspace = :workspace AND minute >= :minute GROUP BY bucket', { workspace, minute: Math.floor(since / 60_000) }),
			statement(
				`SELECT id, kind, ref, detail, opened_at, closed_at, told, kind = 'quarantined-job' AND detail ->> 'runId' IS NOT NULL AND NOT EXISTS (
					SELECT 1 FROM run WHERE run.id = detail ->> 'runId' AND run.state = 'failed' AND detail ->> 'number' = (SELECT MAX(number) FROM step WHERE run_id = run.id)) AS is_over
				 FROM incident WHERE workspace = :workspace AND told < 2 ORDER BY opened_at, id`,
				{ workspace },
			),
			statement('SELECT id, kind, playbook_id FROM job WHERE workspace = :workspace AND quarantined_at IS NOT NULL AND playbook_id IS NOT NULL', { workspace }),
			statement('SELECT alert_url, name FROM workspace WHERE id = :workspace', { workspace }),
		],
		'read',
	);
	return {
		counts: counts!.rows.map((row) => ({ bucket: row.bucket as number, count: row.count as number, worst: row.worst as number })),
		incidents: incidents!.rows.map((row) => ({
			...{ id: row.id as string, kind: row.kind as Incident['kind'], ref: row.ref as string, detail: JSON.parse(row.detail as string) },
			...{ openedAt: row.opened_at as number, closedAt: row.closed_at as number | null, told: row.told as number, isOver: row.is_over === 1 },
		})),
		timers: timers!.rows.map((row) => ({ jobId: row.id as number, kind: row.kind as Job['kind'], playbookId: row.playbook_id as string })),
		alertUrl: (space!.rows[0]?.alert_url as string | null | undefined) ?? null,
		name: (space!.rows[0]?.name as string | undefined) ?? '',
	};
};

export type Telling = { workspace: string; incident: Incident; key: string; request: IntentRequest; now: number };

/** Hands over that an incident opened, or closed: its frozen request under its key, and the job that sends it, once. */
export const tellIncident = ({ workspace, incident, key, request, now }: Telling): Statement[] => [
	...noteTold(incident),
	prepareIntent({ key, workspace, runId: incident.id, number: 0, part: incident.told, request }, { now, state: 'prepared' }),
	statement(`INSERT INTO job (workspace, shard, kind, payload, due_at, visible_at, epoch) VALUES (:workspace, 0, 'alert', :payload, :now, :now, 1)`, { workspace, payload: JSON.stringify({ incident: incident.id, key }), now }),
];

/** Notes that there is nobody to tell it to, or, in the batch of telling, that it was handed over. Lost when somebody else did. */
export const noteTold = ({ id, told }: Incident): Statement[] => [
	guard('EXISTS (SELECT 1 FROM incident WHERE id = :id AND told = :told)', { id, told }),
	statement('UPDATE incident SET told = told + 1 WHERE id = :id', { id }),
];

/** How many of a playbook's timers are quarantined. */
export const quarantinedTimers = async (database: Database, workspace: string, playbookId: string): Promise<number> => {
	const result = await database.$client.execute(statement('SELECT COUNT(*) AS n FROM job WHERE workspace = :workspace AND playbook_id = :playbookId AND quarantined_at IS NOT NULL', { workspace, playbookId }));
	return result.rows[0]!.n as number;
};

/** Lets a playbook's quarantined timers try again now; lost when none is quarantined (any more). */
export const retryTimers = (workspace: string, playbookId: string, now: number): Statement[] => {
	const about = { workspace, playbookId };
	return [
		guard('EXISTS (SELECT 1 FROM job WHERE workspace = :workspace AND playbook_id = :playbookId AND quarantined_at IS NOT NULL)', about),
		statement('UPDATE job SET quarantined_at = NULL, crashes = 0, attempt = 0, token = NULL, visible_at = :now WHERE workspace = :workspace AND playbook_id = :playbookId AND quarantined_at IS NOT NULL', { ...about, now }),
	];
};

