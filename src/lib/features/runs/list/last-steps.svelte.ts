/** The last step of every run, in one pass over the rows: looking through them for each run would be their product. */
import type { MirrorRows } from '#domain/mirror.ts';
import { mirror } from '$lib/sync/index.ts';

const lasts = $derived.by(() => {
	const lasts = new Map<string, MirrorRows['step']>();
	for (const step of mirror.rows('step')) if ((lasts.get(step.runId)?.number ?? 0) < step.number) lasts.set(step.runId, step);
	return lasts;
});

/** Reactive. */
export const lastSteps = { of: (runId: string): MirrorRows['step'] | undefined => lasts.get(runId) };
