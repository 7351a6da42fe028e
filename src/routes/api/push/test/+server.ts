import { answer, refuse } from '$lib/server/answer.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { askForTest, deviceNamed } from '$lib/server/push.ts';
import { wake } from '$lib/server/rooms.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const body = await bodyAt(event, deviceNamed);
	if (body instanceof Response) return body;
	const { db, settings, after } = event.locals;
	if (!(await askForTest(db, member, body.value, Date.now()))) return refuse(404, 'not-subscribed', 'Notifications are off on this device. Turn them on, then try again.');
	after(wake(settings, member.workspaceId));
	return answer({});
};
