/** Every performer by its kind of intent. A task and a run have none: they are rows of the commit batch (party/prepare.ts). */
import type { IntentRequest } from '#domain/actions/action.ts';
import { documentEdit } from './document-edit.ts';
import { mail } from './mail.ts';
import type { Performer } from './performer.ts';
import { webhook } from './webhook.ts';

export const performers: Record<Exclude<IntentRequest['kind'], 'task' | 'run'>, Performer> = {
	'document-edit': documentEdit,
	mail,
	webhook,
};
