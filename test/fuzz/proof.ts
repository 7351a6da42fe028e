/** Runs schedules one after the other, and makes of a broken one something that a person can read and repeat. */
import { scheduleOf, told, type Schedule } from './schedule.ts';
import type { Store } from './store.ts';
import { run, shrunk } from './world.ts';

/** Nothing when all of a seed's world held; else what was broken, and the shortest schedule that still breaks it. */
export async function proofOf(store: Store, seed: number): Promise<string | null> {
	const schedule = scheduleOf(seed);
	const { broken } = await run(schedule, store);
	if (broken.length === 0) return null;
	const rule = ruleIn(broken[0]!);
	const short = await shrunk(schedule, async (tried: Schedule) => (await run(tried, store)).broken.some((one) => ruleIn(one) === rule));
	const { broken: left } = await run(short, store);
	return [`Broken with seed ${seed}:`, ...broken.slice(0, 5), '', `Shortened (of ${schedule.operations.length} operations), it breaks:`, ...left.slice(0, 3), '', told(short), '', `Repeat it: npm run fuzz -- --seed ${seed}`].join('\n');
}

/** What a complaint is about: the words before its colon. */
const ruleIn = (complaint: string): string => complaint.split(':')[0]!;
