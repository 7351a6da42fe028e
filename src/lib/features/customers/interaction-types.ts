import { m } from '$lib/messages/messages.js';
import type { MirrorRows } from '#domain/mirror.ts';

export type InteractionType = MirrorRows['interaction']['type'];

/** The types of interaction in the reader's language. */
export const interactionTypes = (): Record<InteractionType, string> => ({ mail: m.interaction_mail(), meeting: m.interaction_meeting(), call: m.interaction_call(), ticket: m.interaction_ticket(), note: m.interaction_note() });
