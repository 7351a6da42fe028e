/** What every trigger is: a fact that starts. One file per trigger, one line in index.ts. */
import type { GenericSchema } from 'valibot';
import type { RecordedEvent } from '../events/event.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { EventType } from '../events/event.ts';
import type { Reference } from '../actions/action.ts';

export type Trigger<Params = any> = {
	type: string;
	icon: string;
	schema: GenericSchema<any, Params>;
	initial: () => Record<string, unknown>;
	/** The events that may start it; empty for manual and timed ones. */
	events: readonly EventType[];
	/** Whether this event starts it (filters come after). */
	matches: (params: Params, event: RecordedEvent) => boolean;
	/** Timed triggers: the next occurrence strictly after `after` (ms), with its key (rule + local date, R22), or null. */
	next?: (params: Params, after: number, settings: WorkspaceSettings) => { at: number; key: string } | null;
	/** Triggers on a state that lasts (stage unchanged for N days): how long, in ms-independent terms for the sweep. */
	lasting?: (params: Params) => { field: 'stage'; value: string | null; duration: { amount: number; unit: 'days' | 'weeks' | 'months' } };
	/** What of the workspace the parameters name, so that publishing can say what is missing. */
	references?: (params: Params) => Reference[];
};
