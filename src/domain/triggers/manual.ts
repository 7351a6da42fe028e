/** Started by a person, on one record or a chosen list (TR1). */
import * as v from 'valibot';
import type { Trigger } from './trigger.ts';

export const manual: Trigger<Record<string, never>> = { type: 'manual', icon: 'hand', schema: v.object({}), initial: () => ({}), events: [], matches: () => false };
