/** The outside tick (R3): wakes the automation room of every workspace, because a killed host forgets its alarms. A cron trigger in production, a timer in `npm start`. */
import { databaseOf, type StoreSettings } from '#db/client.ts';
import { workspaceIds } from '#db/people.ts';
import { callRoom } from './call.ts';

export type TickSettings = StoreSettings & { ROOMS_URL: string; ROOMS_SECRET: string };

/** A waking room may work for its whole budget of 25 s before it answers (R6). */
const wakeTimeoutMs = 30_000;

/** Wakes every workspace's automation once, side by side. Answers how many woke, and what went wrong with the others. Throws when the store can't be read. */
export async function tick(settings: TickSettings): Promise<{ woken: number; problems: string[] }> {
	const ids = await workspaceIds(databaseOf(settings, null));
	const answers = await Promise.all(ids.map(async (id) => ({ id, answer: await callRoom(settings, 'automation', `${id}_0`, 'wake', {}, wakeTimeoutMs) })));
	const problems = answers.flatMap(({ id, answer }) => (answer.ok ? [] : [`${id}: ${answer.status} ${answer.message.slice(0, 300)}`]));
	return { woken: answers.length - problems.length, problems };
}
