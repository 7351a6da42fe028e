/**
 * What the engine did, told as it happens: for the log and for the figures of lateness. Ids, codes and times only, so that a log holds
 * nothing that a person wrote. Durations in ms.
 */
import type { Job } from '#db/jobs.ts';
import { bucketOf, type LatenessCount } from '#domain/engine/lateness.ts';

type OfStep = { run: string | null; number: number | null };
export type Trace = OfStep &
	(
		| { event: 'claimed'; job: number; kind: Job['kind']; attempt: number; lateMs: number | null }
		| { event: 'committed'; job: number; outcome: string; ms: number }
		| { event: 'sending'; intent: string; kind: string; attempt: number }
		| { event: 'settled'; intent: string; kind: string; state: string; ms: number }
		| { event: 'quarantined'; job: number; kind: Job['kind'] }
		| { event: 'incident-opened' | 'incident-closed'; incident: string; kind: string }
	);

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

const levelOf: Record<Trace['event'], Level> = { claimed: 'debug', committed: 'info', sending: 'debug', settled: 'info', quarantined: 'error', 'incident-opened': 'error', 'incident-closed': 'warn' };

/** How late a claimed job begins, in ms by the clock it was claimed with; null when it is a later try, whose time is the backoff's, not the person's. */
export const lateMsOf = ({ attempt, crashes, dueAt }: Job, now: number): number | null => (attempt - crashes === 1 ? Math.max(0, now - dueAt) : null);

/** An address in a text that others wrote (a provider's error): a log doesn't keep whose it was. */
const withoutAddresses = (text: string): string => text.replace(/[^\s@<>"':,;()]+@[^\s@<>"':,;()]+\.[^\s@<>"':,;()]+/g, '…@…');

/** One line of JSON about a workspace's engine. */
export const logLine = (level: Level, workspace: string, about: Record<string, unknown>): string => withoutAddresses(JSON.stringify({ level, at: new Date().toISOString(), workspace, ...about }));

/** Writes what is traced as lines of JSON, from `lowest` on. `write` is the host's log. */
export const traceLog =
	(workspace: string, lowest: Level, write: (line: string) => void = console.log) =>
	(one: Trace): void => {
		const level = levelOf[one.event];
		if (levels.indexOf(level) >= levels.indexOf(lowest)) write(logLine(level, workspace, one));
	};

/** Counts how late jobs began, until it is written down (db/lateness.ts). */
export class LatenessTally {
	#counts = new Map<string, LatenessCount & { minute: number }>();

	/** `now`: when the job began, ms UTC. */
	note(lateMs: number, now: number): void {
		const [minute, bucket] = [Math.floor(now / 60_000), bucketOf(lateMs)];
		const key = `${minute} ${bucket}`;
		const one = this.#counts.get(key);
		this.#counts.set(key, { minute, bucket, count: (one?.count ?? 0) + 1, worst: Math.max(one?.worst ?? 0, lateMs) });
	}

	/** What was counted since it was taken last. */
	take(): (LatenessCount & { minute: number })[] {
		const counts = [...this.#counts.values()];
		this.#counts.clear();
		return counts;
	}
}
