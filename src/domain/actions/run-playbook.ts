/** Starts another playbook on the same record, whatever its own trigger and filters (AC12, PB5); the run may wait until it ended. */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { chosen, edited } from '../triggers/parameters.ts';

type Params = { playbook: string; isWaiting: boolean };

export const runPlaybook: Action<Params> = {
	type: 'run-playbook',
	icon: 'workflow',
	group: 'flow',
	schema: v.object({
		playbook: v.pipe(chosen(), edited('playbook', 'playbook')),
		isWaiting: v.pipe(v.optional(v.boolean(), false), edited('boolean', 'is_waiting_for_run')),
	}),
	initial: () => ({ playbook: null, isWaiting: false }),
	plan: ({ playbook, isWaiting }, { customer }) => ({ intents: [{ part: 0, request: { kind: 'run', playbookId: playbook, subjectId: customer.id } }], isWaiting }),
	references: ({ playbook }) => [{ kind: 'playbook', id: playbook, param: 'playbook' }],
};
