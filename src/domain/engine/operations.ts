/** How a workspace's engine is doing, as its administrators are told (R15, R16, R24). Times in ms UTC. */
import type { Lateness } from './lateness.ts';
import type { Used } from './quota.ts';

/** What an outside system's breaker says (R16): `openUntil` is null while the system is asked all the same. */
export type Failing = { system: string; failures: number; openUntil: number | null };

/** The figures of the store. */
export type Figures = {
	at: number;
	isPaused: boolean;
	/** The last five minutes, hour and day; null when no job began. */
	lateness: Record<'minutes' | 'hour' | 'day', Lateness | null>;
	/** The last day by quarters of an hour, those in which a job began. */
	slots: (Lateness & { at: number })[];
	/** The job that has waited longest and could be claimed; null when nothing is overdue. */
	oldest: { dueAt: number; runId: string | null; playbookId: string | null } | null;
	/** `isMore`: due and held jobs are more than were counted. */
	jobs: { scheduled: number; due: number; working: number; held: number; quarantined: number; isMore: boolean };
	/** What was used today of what is limited a day (R18). */
	quotas: Used[];
};

/** With what the automation room knows; `failing` null: it didn't answer. */
export type Operations = Figures & { failing: Failing[] | null };
