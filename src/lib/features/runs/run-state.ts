/** A run's and a step's state in the four colours, always with a word (RU1). */
import type { MirrorRows } from '#domain/mirror.ts';
import type { RunFilterState } from '#domain/engine/listed-run.ts';
import type { StepState } from '#domain/engine/run.ts';
import { m } from '$lib/messages/messages.js';
import type { Status } from '$lib/ui/status.ts';

type Shown = { status: Status; label: string };

/** Green ran to its end, blue waits for a person, orange ended with errors, red is stuck. */
export function runState(run: Pick<MirrorRows['run'], 'state' | 'hasErrors'>): Shown {
	switch (run.state) {
		case 'completed':
			return run.hasErrors ? { status: 'warned', label: m.run_finished_with_errors() } : { status: 'done', label: m.run_done() };
		case 'waiting':
			return { status: 'waiting', label: m.run_waiting() };
		case 'failed':
			return { status: 'stuck', label: m.run_stuck() };
		case 'paused':
			return { status: 'plain', label: m.run_paused() };
		case 'stopped':
			return { status: 'plain', label: m.run_stopped() };
		default:
			return { status: 'plain', label: m.run_running() };
	}
}

export const stepState = (state: StepState): Shown =>
	({
		scheduled: { status: 'plain', label: m.step_scheduled() },
		waiting: { status: 'waiting', label: m.step_waiting() },
		done: { status: 'done', label: m.step_done() },
		skipped: { status: 'warned', label: m.step_skipped() },
		failed: { status: 'stuck', label: m.step_failed() },
		cancelled: { status: 'plain', label: m.step_cancelled() },
		unknown: { status: 'stuck', label: m.step_unknown() },
	})[state] as Shown;

/** What a list of runs is narrowed to, in words. */
export const filterName = (state: RunFilterState): string =>
	({ all: m.runs_all, live: m.runs_live, waiting: m.run_waiting, stuck: m.run_stuck, errors: m.run_finished_with_errors, done: m.run_done, paused: m.run_paused, stopped: m.run_stopped })[state]();
