/** Every trigger, by type, in the order the picker shows them. A new trigger: one file, one line here. */
import type { Trigger } from './trigger.ts';
import { customerCreated } from './customer-created.ts';
import { customerFieldChanged } from './customer-field-changed.ts';
import { manual } from './manual.ts';
import { scheduledOnce } from './scheduled-once.ts';
import { scheduledRecurring } from './scheduled-recurring.ts';
import { stageChanged } from './stage-changed.ts';
import { stageUnchanged } from './stage-unchanged.ts';

export const triggers: Readonly<Record<string, Trigger>> = {
	manual,
	'customer-created': customerCreated,
	'customer-field-changed': customerFieldChanged,
	'stage-changed': stageChanged,
	'stage-unchanged': stageUnchanged,
	'scheduled-once': scheduledOnce,
	'scheduled-recurring': scheduledRecurring,
};
