import { maxLength, object, pipe, string } from 'valibot';
import { importMappingSchema } from '#domain/import/mapping.ts';
import { answer } from '$lib/server/answer.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { startImport } from '$lib/server/import-jobs.ts';
import type { RequestHandler } from './$types';

const begun = object({ fileName: pipe(string(), maxLength(300)), mapping: importMappingSchema });

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event, 'import');
	if (member instanceof Response) return member;
	const body = await bodyAt(event, begun);
	return body instanceof Response ? body : answer(await startImport(event.locals.db, member, body.value));
};
