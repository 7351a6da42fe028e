/** The engine's figures as the server gives them: asked anew every few seconds while somebody looks. */
import type { Lateness } from '#domain/engine/lateness.ts';
import { call } from '$lib/sync/index.ts';

export type Failing = { system: string; failures: number; openUntil: number | null };
/** As `GET /api/operations` gives them (docs/protocol.md); times in ms. */
export type Figures = {
	at: number;
	isPaused: boolean;
	lateness: Record<'minutes' | 'hour' | 'day', Lateness | null>;
	slots: (Lateness & { at: number })[];
	oldest: { dueAt: number; runId: string | null; playbookId: string | null } | null;
	jobs: { scheduled: number; due: number; working: number; held: number; quarantined: number; isMore: boolean };
	failing: Failing[] | null;
};

const everyMs = 5_000;

/** Reactive: `current` (null before the first answer), `problem` = why the last question had no answer. `follow()` in onMount. */
export class FigureFeed {
	current = $state.raw<Figures | null>(null);
	problem = $state<string | null>(null);

	load = async (): Promise<void> => {
		const answer = await call<Figures>('/api/operations');
		this.problem = answer.ok ? null : answer.message;
		if (answer.ok) this.current = answer.value;
	};

	/** Asks now and again while the page is looked at; returns how to stop. */
	follow = (): (() => void) => {
		const ask = () => document.visibilityState === 'visible' && void this.load();
		ask();
		const timer = setInterval(ask, everyMs);
		document.addEventListener('visibilitychange', ask);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', ask);
		};
	};
}
