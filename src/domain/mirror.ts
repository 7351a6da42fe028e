/** The rows that devices keep (design.md, The mirror): kind → fields, as `GET /api/sync` sends them in `data`. */
import type { Delivery } from './delivery.ts';
import type { Role } from './access/roles.ts';
import type { PlaybookDefinition } from './documents/playbook/definition.ts';
import type { RunCause, RunState, StepState } from './engine/run.ts';
import type { Actor } from './events/event.ts';
import type { Answer, Question } from './question.ts';
import type { FieldType } from './settings.ts';
import type { ViewDefinition } from './views/view.ts';

export type MirrorRows = {
	person: { id: string; name: string; email: string; role: Role; colour: string };
	stage: { id: string; name: string; position: number; colour: string };
	field: { id: string; subject: 'customer' | 'contact'; name: string; type: FieldType; options: { id: string; label: string }[] | null; position: number };
	tag: { id: string; subject: 'customer' | 'contact'; name: string; colour: string };
	team: { id: string; name: string; memberIds: string[] };
	customer: {
		id: string; name: string; domain: string | null; externalId: string | null; parentId: string | null;
		stage: string | null; stageSince: number | null; owner: string | null; tags: string[]; team: string[];
		custom: Record<string, unknown>; mrr: number; renewalAt: number | null; createdAt: number; updatedAt: number;
	};
	/** `mergedFrom`: contacts that this one also is (CU5); what names one of them means this one. */
	contact: {
		id: string; customerId: string; name: string; email: string | null; phone: string | null; title: string | null; roles: string[]; tags: string[]; custom: Record<string, unknown>; createdAt: number;
		mergedFrom: string[];
	};
	agreement: { id: string; customerId: string; name: string; status: string; mrr: number; startAt: number | null; endAt: number | null; noticeDays: number; isTacit: boolean };
	playbook: { id: string; name: string; triggerType: string | null; draft: PlaybookDefinition; draftHash: string; problems: number; createdAt: number; updatedAt: number };
	playbookVersion: { id: string; playbookId: string; version: number; hash: string; note: string; author: string; changes: VersionChange[]; publishedAt: number };
	activation: { id: string; state: 'active' | 'paused' | 'inactive'; version: number; triggerType: string; activatedAt: number | null; activatedBy: string | null };
	run: {
		id: string; playbookId: string; version: number; subjectType: string; subjectId: string; state: RunState; hasErrors: boolean; epoch: number;
		rootRunId: string; parentRunId: string | null; depth: number; cause: RunCause; nextStepId: string | null; nextDueAt: number | null; startedAt: number; endedAt: number | null;
		/** When somebody paused it, ms. */
		pausedAt?: number | null;
	};
	step: { id: string; runId: string; number: number; stepId: string; state: StepState; dueAt: number; startedAt: number | null; endedAt: number | null; attempts: number; error: string | null };
	task: {
		id: string; customerId: string | null; runId: string | null; title: string; description: string; assignees: string[]; teamId: string | null;
		dueAt: number | null; state: 'open' | 'done' | 'cancelled'; completedBy: string | null; completedAt: number | null; createdAt: number;
		/** The note whose box stands for it, and the box; null for others. */
		doc?: string | null; item?: string | null;
		/** What a playbook asks, when it is done by answering, and the answer once there is one. */
		question?: Question | null; answer?: Answer | null;
	};
	mail: {
		id: string; kind: 'automatic' | 'internal' | 'sign-in' | 'invitation' | 'validated'; customerId: string | null; runId: string | null; from: string; to: string[]; cc: string[]; bcc: string[];
		subject: string; html: string; text: string; state: 'captured' | 'sent' | 'failed' | 'unknown'; error: string | null; at: number;
		/** What the provider told of it later. */
		delivery?: Delivery | null; deliveryAt?: number | null;
	};
	interaction: { id: string; customerId: string; contactId: string | null; userId: string | null; type: 'mail' | 'meeting' | 'call' | 'ticket' | 'note'; direction: 'in' | 'out' | 'both'; title: string; body: string; at: number };
	usageWeek: { id: string; customerId: string; week: string; connections: number; activeUsers: number };
	follow: { id: string; userId: string; customerId: string };
	view: { id: string; owner: string; isShared: boolean; kind: 'customer'; name: string; position: number; definition: ViewDefinition };
	/** `mentions`: people mentioned who haven't opened it since. One that was removed keeps its row, so that it can come back. */
	note: {
		id: string; customerId: string; kind: 'note' | 'page'; title: string; excerpt: string; author: string | null; isPinned: boolean; isRemoved: boolean;
		taskCount: number; doneCount: number; mentions: string[]; createdAt: number; updatedAt: number;
	};
	/** `html`: variables unfilled. */
	template: { id: string; name: string; html: string; isRemoved: boolean; createdAt: number; updatedAt: number };
	conflict: {
		id: string; customerId: string; subjectType: 'customer' | 'contact' | 'agreement'; subjectId: string; field: string; choices: ConflictChoice[];
		state: 'open' | 'settled' | 'expired'; openedAt: number; settledBy: Actor | null; settledAt: number | null; chosen: unknown;
	};
	draft: {
		id: string; runId: string; number: number; customerId: string; assignees: string[]; teamId: string | null; from: string; replyTo: string | null; to: string[]; cc: string[]; bcc: string[];
		subject: string; html: string; text: string; state: 'waiting' | 'approved' | 'cancelled'; decidedBy: string | null; decidedAt: number | null; createdAt: number;
	};
	/** For administrators. `detail`: of lateness its figures in ms (count, p50, p99, worst, bound, window); of a quarantined step runId, number, stepId, playbookId, customerId; of a timer playbookId and timer. */
	incident: { id: string; kind: 'lateness' | 'quarantine' | 'quarantined-job'; ref: string; detail: Record<string, unknown>; openedAt: number; closedAt: number | null };
	/** Somebody moves running runs to another version (BE2): how far it is, and how it ended. `name`: a program's. */
	migration: {
		id: string; playbookId: string; version: number; by: string; name: string | null; reason: string; state: MigrationState;
		total: number; kept: number; moved: number; ended: number; stayed: number; returned: number; notReturned: number; startedAt: number; endedAt: number | null;
	};
	/** A customer that was deleted and can still be restored (CU10): its id, who did it and when, and from when on it is erased for good (ms). */
	deletion: { id: string; name: string; by: string; at: number; erasesAt: number };
	/** For administrators only; never the secret. */
	apiKey: { id: string; name: string; hint: string; createdBy: string; createdAt: number; usedAt: number | null; revokedAt: number | null };
};
export type MirrorKind = keyof MirrorRows;
export const mirrorKinds = ['person', 'stage', 'field', 'tag', 'team', 'customer', 'contact', 'agreement', 'playbook', 'playbookVersion', 'activation', 'run', 'step', 'task', 'mail', 'interaction', 'usageWeek', 'follow', 'view', 'note', 'template', 'conflict', 'draft', 'incident', 'apiKey', 'migration', 'deletion'] as const satisfies readonly MirrorKind[];

/** `done` and `stopped` can be undone: then it is `returning`, and `returned` in the end. */
export type MigrationState = 'moving' | 'done' | 'stopped' | 'returning' | 'returned';

/** Columns that a kind got after devices held rows of it, with what a row without them counts as until it is fetched anew (S15). */
export const laterColumns: { [K in MirrorKind]?: Partial<MirrorRows[K]> } = {
	run: { epoch: 0 },
	contact: { mergedFrom: [] },
};

/** One row on its way to a device; `data` is null when it was deleted. */
export type SyncedRow = { [K in MirrorKind]: { kind: K; id: string; seq: number; data: MirrorRows[K] | null } }[MirrorKind];

/** One line of the difference between two versions, at the step it concerns. */
export type VersionChange = { at: string; what: 'added' | 'removed' | 'changed' | 'moved'; label: string; from?: string; to?: string };

/** One of the values of a conflict: who wrote it (null: nobody knows), when (ms UTC by the writer's clock, at most its arrival) and on what. */
export type ConflictChoice = { value: unknown; by: Actor | null; at: number | null; device: 'phone' | 'computer' | null };
