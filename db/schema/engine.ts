/**
 * The engine's tables (design.md, R1–R25). Only libSQL decides what is due (R1); every change is one guarded batch (R4).
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { EntryRefusal } from '#domain/engine/enrol.ts';
import { at, json, mirrored } from './columns.ts';

/** A published version: immutable (R23). */
export const playbookVersion = sqliteTable(
	'playbook_version',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		playbookId: text('playbook_id').notNull(),
		version: integer('version').notNull(),
		definition: json<unknown>('definition').notNull(),
		hash: text('hash').notNull(),
		note: text('note').notNull(),
		author: text('author').notNull(),
		/** The difference to the version before, as lines for a person. */
		changes: json<unknown>('changes').notNull(),
		publishedAt: at('published_at').notNull(),
	},
	(t) => [uniqueIndex('playbook_version_once').on(t.playbookId, t.version), index('playbook_version_seq').on(t.workspace, t.seq)],
);

/** Which version of a playbook takes new records, and whether it does. One row for each playbook ever published. */
export const activation = sqliteTable(
	'activation',
	{
		...mirrored(),
		/** The playbook's id. */
		id: text('id').primaryKey(),
		state: text('state').$type<'active' | 'paused' | 'inactive'>().notNull(),
		version: integer('version').notNull(),
		triggerType: text('trigger_type').notNull(),
		activatedAt: at('activated_at'),
		activatedBy: text('activated_by'),
	},
	(t) => [index('activation_seq').on(t.workspace, t.seq)],
);

/** One pass of one record through one version of a playbook. */
export const run = sqliteTable(
	'run',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		playbookId: text('playbook_id').notNull(),
		version: integer('version').notNull(),
		subjectType: text('subject_type').notNull(),
		subjectId: text('subject_id').notNull(),
		/** Unique with the playbook: what keeps a record from entering twice for one cause (RU5). */
		dedupKey: text('dedup_key').notNull(),
		state: text('state').$type<'running' | 'waiting' | 'paused' | 'stopped' | 'completed' | 'failed'>().notNull(),
		hasErrors: integer('has_errors', { mode: 'boolean' }).notNull().default(false),
		epoch: integer('epoch').notNull().default(1),
		rootRunId: text('root_run_id').notNull(),
		parentRunId: text('parent_run_id'),
		depth: integer('depth').notNull(),
		/** `playbook:subject` of every ancestor and of itself (R19). */
		lineage: json<string[]>('lineage').notNull(),
		/** The event or person that started it, with the explained filters. */
		cause: json<unknown>('cause').notNull(),
		vars: json<Record<string, unknown>>('vars').notNull(),
		/** What comes next: the step and when it is due (ms), for lists; the job decides. */
		nextStepId: text('next_step_id'),
		nextDueAt: at('next_due_at'),
		startedAt: at('started_at').notNull(),
		endedAt: at('ended_at'),
		/** When somebody paused it; null when it isn't paused. */
		pausedAt: at('paused_at'),
	},
	(t) => [
		uniqueIndex('run_dedup').on(t.workspace, t.playbookId, t.dedupKey),
		index('run_seq').on(t.workspace, t.seq),
		index('run_subject').on(t.workspace, t.subjectId),
		index('run_playbook').on(t.playbookId, t.startedAt),
		/** Those that were put away (db/archive.ts), for their list. */
		index('run_put_away').on(t.workspace, t.startedAt).where(sql`deleted_at IS NOT NULL`),
		index('run_ended').on(t.workspace, t.endedAt).where(sql`ended_at IS NOT NULL AND deleted_at IS NULL`),
	],
);

/** One step of one run, as it went. */
export const step = sqliteTable(
	'step',
	{
		...mirrored(),
		/** `run:seqInRun`. */
		id: text('id').primaryKey(),
		runId: text('run_id').notNull(),
		number: integer('number').notNull(),
		stepId: text('step_id').notNull(),
		state: text('state').$type<'scheduled' | 'waiting' | 'done' | 'skipped' | 'failed' | 'cancelled' | 'unknown'>().notNull(),
		dueAt: at('due_at').notNull(),
		startedAt: at('started_at'),
		endedAt: at('ended_at'),
		attempts: integer('attempts').notNull().default(0),
		input: json<unknown>('input'),
		output: json<unknown>('output'),
		error: text('error'),
	},
	(t) => [uniqueIndex('step_once').on(t.runId, t.number), index('step_seq').on(t.workspace, t.seq)],
);

/**
 * What will happen: one due step-attempt, schedule occurrence or sweep. `visibleAt` serves due jobs and expired
 * leases alike, so that claiming is recovering (R7).
 */
export const job = sqliteTable(
	'job',
	{
		id: integer('id').primaryKey({ autoIncrement: true }),
		workspace: text('workspace').notNull(),
		shard: integer('shard').notNull().default(0),
		kind: text('kind').$type<'step' | 'schedule' | 'sweep' | 'alert' | 'migration'>().notNull(),
		runId: text('run_id'),
		number: integer('number'),
		/** For schedule and sweep: the playbook, and the occurrence. An alert's payload names its intent, a migration's itself. */
		playbookId: text('playbook_id'),
		payload: json<Record<string, unknown>>('payload'),
		dueAt: at('due_at').notNull(),
		visibleAt: at('visible_at').notNull(),
		token: text('token'),
		epoch: integer('epoch').notNull(),
		attempt: integer('attempt').notNull().default(0),
		/** Expired leases so far; three quarantine the job (R15). */
		crashes: integer('crashes').notNull().default(0),
		quarantinedAt: at('quarantined_at'),
	},
	(t) => [
		index('job_due').on(t.workspace, t.shard, t.visibleAt).where(sql`quarantined_at IS NULL`),
		uniqueIndex('job_step_once').on(t.runId, t.number).where(sql`run_id IS NOT NULL`),
		// Beside a schedule's next occurrence stand those that records in conflict still have to have (SY6).
		uniqueIndex('job_playbook_once').on(t.playbookId, t.kind).where(sql`playbook_id IS NOT NULL AND json_extract(payload, '$.only') IS NULL`),
		index('job_token').on(t.token).where(sql`token IS NOT NULL`),
		index('job_quarantined').on(t.workspace).where(sql`quarantined_at IS NOT NULL`),
	],
);

/** One side effect: key = hash(run, number, part), never the attempt (R10). Its bytes are frozen before sending (R11). */
export const intent = sqliteTable(
	'intent',
	{
		key: text('key').primaryKey(),
		workspace: text('workspace').notNull(),
		runId: text('run_id').notNull(),
		number: integer('number').notNull(),
		part: integer('part').notNull(),
		kind: text('kind').notNull(),
		/** `waiting`: for a person's word (AC7). */
		state: text('state').$type<'waiting' | 'prepared' | 'sending' | 'done' | 'failed' | 'unknown' | 'abandoned'>().notNull(),
		/** The frozen request. */
		request: json<unknown>('request').notNull(),
		response: json<unknown>('response'),
		error: text('error'),
		attempts: integer('attempts').notNull().default(0),
		firstAt: at('first_at'),
		settledAt: at('settled_at'),
		providerId: text('provider_id'),
	},
	(t) => [index('intent_step').on(t.runId, t.number), index('intent_open').on(t.state, t.firstAt).where(sql`state IN ('sending', 'unknown')`)],
);

/** What a waiting step waits for: consumed once, in the batch that resumes the run. */
export const waitToken = sqliteTable(
	'wait_token',
	{
		id: text('id').primaryKey(),
		workspace: text('workspace').notNull(),
		runId: text('run_id').notNull(),
		number: integer('number').notNull(),
		epoch: integer('epoch').notNull(),
		kind: text('kind').$type<'task' | 'run' | 'draft'>().notNull(),
		/** The task, the child run, or the step whose drafts are to be decided. */
		ref: text('ref').notNull(),
		consumedAt: at('consumed_at'),
	},
	(t) => [index('wait_token_ref').on(t.kind, t.ref), index('wait_token_run').on(t.runId)],
);

/** A record's facts that a run was told of before it could listen: kept so that no signal is lost. */
export const inbox = sqliteTable('inbox', { workspace: text('workspace').notNull(), eventId: text('event_id').notNull(), at: at('at').notNull() }, (t) => [
	primaryKey({ columns: [t.workspace, t.eventId] }),
]);

export const quota = sqliteTable(
	'quota',
	{ workspace: text('workspace').notNull(), bucket: text('bucket').notNull(), window: integer('window').notNull(), used: integer('used').notNull(), cap: integer('cap').notNull() },
	(t) => [primaryKey({ columns: [t.workspace, t.bucket, t.window] })],
);

/** The run's own history: who controlled it, and why. */
export const runEvent = sqliteTable(
	'run_event',
	{
		runId: text('run_id').notNull(),
		n: integer('n').notNull(),
		workspace: text('workspace').notNull(),
		type: text('type').notNull(),
		data: json<unknown>('data').notNull(),
		at: at('at').notNull(),
	},
	(t) => [primaryKey({ columns: [t.runId, t.n] })],
);

/**
 * A record that a playbook's trigger held for and that did not enter: the last time for each reason, with what was seen then (BE6). Of what
 * time starts only the limits are kept (R19): filters and rules that sort out a whole book say the same when they are asked anew.
 */
export const entryRefusal = sqliteTable(
	'entry_refusal',
	{
		workspace: text('workspace').notNull(),
		playbookId: text('playbook_id').notNull(),
		subjectId: text('subject_id').notNull(),
		code: text('code').$type<EntryRefusal>().notNull(),
		version: integer('version').notNull(),
		at: at('at').notNull(),
		/** How often it was refused for this reason. */
		times: integer('times').notNull().default(1),
		cause: json<unknown>('cause').notNull(),
		filters: json<unknown>('filters').notNull(),
		/** The run that led there, with its lineage; null when none did. */
		parent: json<unknown>('parent'),
		/** That run's id, so that it can tell what it was kept from. */
		parentRunId: text('parent_run_id'),
	},
	(t) => [primaryKey({ columns: [t.playbookId, t.subjectId, t.code] }), index('entry_refusal_parent').on(t.parentRunId).where(sql`parent_run_id IS NOT NULL`), index('entry_refusal_limit').on(t.workspace, t.at).where(sql`code IN ('lineage', 'depth', 'burst')`)],
);
