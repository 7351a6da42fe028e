import { answer, refuse } from '$lib/server/answer.ts';
import { RoomsUnreachable } from '$lib/server/commands/decision.ts';
import { loadDemoBook } from '$lib/server/demo.ts';
import { memberAt } from '$lib/server/door.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event, 'settings.change');
	if (member instanceof Response) return member;
	try {
		const loaded = await loadDemoBook({ ...event.locals, member });
		return loaded ? answer(loaded) : refuse(409, 'not-empty', 'The demo book is for an empty workspace: this one has customers of its own.');
	} catch (error) {
		if (error instanceof RoomsUnreachable) return refuse(503, 'rooms-unreachable', error.message);
		throw error;
	}
};
