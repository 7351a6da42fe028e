import { answer, refuse } from '$lib/server/answer.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { describePush, deviceNamed, subscribe, subscribing, unsubscribe } from '$lib/server/push.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	return answer(await describePush(event.locals.db, event.locals.settings, member));
};

export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const { db, settings } = event.locals;
	if (!settings.VAPID_PUBLIC_KEY) return refuse(409, 'no-push', 'This Cuebook sends no notifications: whoever runs it can set VAPID_PUBLIC_KEY (docs/deploy.md).');
	const body = await bodyAt(event, subscribing);
	if (body instanceof Response) return body;
	await subscribe(db, member, (await event.locals.session())!.id, body.value, Date.now());
	return answer({});
};

export const DELETE: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const body = await bodyAt(event, deviceNamed);
	if (body instanceof Response) return body;
	await unsubscribe(event.locals.db, member, body.value);
	return answer({});
};
