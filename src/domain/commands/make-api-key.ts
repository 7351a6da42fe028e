import * as v from 'valibot';
import { id, line, type Command } from './command.ts';

/** What a key's secret looks like: made on the administrator's device, shown there once. */
export const secretShape = /^cbk_[A-Za-z0-9_-]{43}$/;

/** Makes a key for the HTTP API (AD2). The server keeps the secret's hash only, and the record of the command nothing of it. */
export const makeApiKey = {
	type: 'make-api-key',
	permission: 'settings.change',
	secrets: ['secret'],
	args: v.object({ id, name: line(60), secret: v.pipe(v.string(), v.regex(secretShape, 'a key is cbk_ and 43 of A-Z a-z 0-9 _ -')) }),
} satisfies Command<{ id: string; name: string; secret: string }>;
