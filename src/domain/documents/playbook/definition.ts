/**
 * A playbook as data: what its document projects as the draft, what a version pins, what the engine runs.
 * The tree of steps is nested here; in the document it is one map with parents and positions (S19).
 */
import type { Group } from '../../conditions/condition.ts';

export type Duration = { amount: number; unit: 'minutes' | 'hours' | 'days' | 'weeks' };

/** `params` are checked by the trigger's or action's own schema at publish; a draft may be unfinished. */
export type TriggerDefinition = { type: string; params: Record<string, unknown> };

export type Step =
	| { id: string; kind: 'action'; action: string; params: Record<string, unknown> }
	| { id: string; kind: 'wait'; params: WaitParams }
	/** With `question` (what a person is asked: actions/ask-question) each branch is an answer, its name, and the else is that nobody answered. */
	| { id: string; kind: 'split'; isMerged: boolean; branches: Branch[]; question?: Record<string, unknown> | undefined }
	| { id: string; kind: 'stop' };

/** Wait for a time, or until a date field of the customer (at `time`, HH:MM in the workspace's zone). Unset in an unfinished draft. */
export type WaitParams = { mode: 'for'; amount: number | null; unit: Duration['unit'] } | { mode: 'until'; field: string | null; time: string };

/** First branch whose condition holds is taken; the one with condition null is the else. */
export type Branch = { id: string; name: string; condition: Group | null; steps: Step[] };

/** When a record may enter again (RU5). Never twice at once, whatever the rule. */
export type EntryRule = { rule: 'once' } | { rule: 'after-end' } | { rule: 'every'; days: number };

export type PlaybookDefinition = {
	name: string;
	description: string;
	subject: 'customer';
	trigger: TriggerDefinition | null;
	filters: Group;
	entry: EntryRule;
	steps: Step[];
};

/** What keeps a draft from being published, at the step (or 'trigger', 'filters', 'name') where it is. `code` is a message key's last part. */
export type Problem = { at: string; code: string; detail?: Record<string, string> };
