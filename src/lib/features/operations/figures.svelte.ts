/** The engine's figures as the server gives them: asked anew every few seconds while somebody looks. */
import type { Operations } from '#domain/engine/operations.ts';
import { call } from '$lib/sync/index.ts';
import { failureText } from '$lib/ui/refusal.ts';

const everyMs = 5_000;

/** Reactive: `current` (null before the first answer), `problem` = why the last question had no answer. `follow()` in onMount. */
export class FigureFeed {
	current = $state.raw<Operations | null>(null);
	problem = $state<string | null>(null);

	load = async (): Promise<void> => {
		const answer = await call<Operations>('/api/operations');
		this.problem = answer.ok ? null : failureText(answer);
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
