import { array, boolean, maxLength, minLength, null_, number, object, optional, pipe, regex, string, union, unknown } from 'valibot';
import { answer, refuse } from '$lib/server/answer.ts';
import { decide, type Asked } from '$lib/server/commands/decide.ts';
import { RoomsUnreachable } from '$lib/server/commands/decision.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import type { RequestHandler } from './$types';

const value = union([string(), number(), boolean(), null_(), array(string())]);
const asked = object({
	id: pipe(string(), regex(/^[A-Za-z0-9_-]{8,64}$/, 'a command’s id has 8 to 64 of A-Z a-z 0-9 _ -')),
	type: pipe(string(), minLength(1), maxLength(64)),
	args: unknown(),
	ground: optional(pipe(array(object({ name: pipe(string(), maxLength(200)), was: value, or: optional(value) })), maxLength(2_000))),
});

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const body = await bodyAt(event, asked);
	if (body instanceof Response) return body;
	const { db, settings, after } = event.locals;
	try {
		return answer(await decide({ db, settings, member, after }, { ...body.value, args: body.value.args ?? {} } as Asked));
	} catch (error) {
		if (error instanceof RoomsUnreachable) return refuse(503, 'rooms-unreachable', error.message);
		throw error;
	}
};
