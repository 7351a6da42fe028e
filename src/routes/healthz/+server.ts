import { answer } from '$lib/server/answer.ts';
import { healthOf } from '$lib/server/operations.ts';
import type { RequestHandler } from './$types';

/** Whether everything answers that the app needs: 200, or 503 with what doesn't. */
export const GET: RequestHandler = async ({ locals }) => {
	const health = await healthOf(locals.db, locals.settings);
	return answer(health, health.isHealthy ? 200 : 503);
};
