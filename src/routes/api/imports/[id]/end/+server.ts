import { object, picklist } from 'valibot';
import { answer } from '$lib/server/answer.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { closeImport } from '$lib/server/import-jobs.ts';
import type { RequestHandler } from './$types';

const ended = object({ state: picklist(['done', 'cancelled']) });

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event, 'import');
	if (member instanceof Response) return member;
	const body = await bodyAt(event, ended);
	return body instanceof Response ? body : answer(await closeImport(event.locals.db, member, event.params.id, body.value.state));
};
