import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Ends a key: from now on it opens nothing. Its name stays in the histories. */
export const revokeApiKey = { type: 'revoke-api-key', permission: 'settings.change', args: v.object({ id }) } satisfies Command<{ id: string }>;
