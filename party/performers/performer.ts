/** What every performer is: the one place that knows an outside system. One file for each kind of intent, one line in index.ts. */
import type { Sending } from '#db/facts.ts';
import type { Statement } from '#db/statement.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import type { Run } from '#domain/engine/run.ts';
import type { Settings } from '#party/settings.ts';

/** What a performer may use: addresses and keys. Everything else is in the frozen request (R11). */
export type World = { settings: Settings; sending: Sending };

/** One intent about to be done; `run` is null when none asked for it (an alert). `number`: of the run's step. */
export type Performance<Request = IntentRequest> = { key: string; workspace: string; request: Request; run: Run | null; number: number };

/**
 * How it went. `retry`: not now; `isAmbiguous` says that it may have happened all the same (silence after the first byte): then
 * only a keyed performer is asked again (R12), and in the end it is `unknown` rather than failed. `afterMs` is what the other side asked for.
 * `error` is a code with its details (domain/engine/error.ts), put in words where it is shown; what the other side said goes into `answer`, as it is.
 */
export type Outcome =
	| { kind: 'done'; response: unknown; providerId?: string | null; isCaptured?: boolean }
	| { kind: 'failed'; error: string; response?: unknown }
	| { kind: 'retry'; error: string; isAmbiguous: boolean; afterMs?: number };

/** An intent's last word, as it is recorded. */
export type LastWord = { state: 'done' | 'failed' | 'unknown'; error: string | null; providerId: string | null; isCaptured: boolean; now: number };

export type Performer<Request extends IntentRequest = any> = {
	/** How long a try may take, in ms: it is begun only with this and 5 s more left of the lease (R6). */
	timeoutMs: number;
	/** Whether the other side keeps our key, so that the same request again does nothing twice (R12). */
	isKeyed: boolean;
	/** Completes a request before it is frozen (R11): what it would otherwise read when it is sent. */
	freeze?: (request: Request, world: World) => Request;
	perform: (performance: Performance<Request>, world: World) => Promise<Outcome>;
	/** Rows that say how it went, in the batch that records its outcome, behind `bumpSeq`. */
	rows?: (performance: Performance<Request>, word: LastWord) => Statement[];
};

/** Retry-After in ms from a header (seconds or a date), or undefined. Never more than 6 h (R16). */
export const retryAfterMs = (value: string | null | undefined, now: number): number | undefined => {
	if (!value) return undefined;
	const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 6 * 3_600_000) : undefined;
};
