import { array, integer, maxLength, minLength, minValue, number, object, pipe, string } from 'valibot';
import { answer, refuse } from '$lib/server/answer.ts';
import { RoomsUnreachable } from '$lib/server/commands/decision.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { importAt } from '$lib/server/import-jobs.ts';
import { importPiece } from '$lib/server/imports.ts';
import type { RequestHandler } from './$types';

const line = pipe(number(), integer(), minValue(1));
const cells = pipe(array(pipe(string(), maxLength(20_000))), maxLength(1_000));
const piece = object({ from: line, rows: pipe(array(object({ line, values: cells })), minLength(1), maxLength(200)) });

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event, 'import');
	if (member instanceof Response) return member;
	const body = await bodyAt(event, piece);
	if (body instanceof Response) return body;
	const job = await importAt(event.locals.db, member, event.params.id);
	if (job instanceof Response) return job;
	try {
		return answer({ results: await importPiece({ ...event.locals, member }, job, body.value.from, body.value.rows) });
	} catch (error) {
		if (error instanceof RoomsUnreachable) return refuse(503, 'rooms-unreachable', error.message);
		throw error;
	}
};
