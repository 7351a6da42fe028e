/** Sends an alert: its intent was frozen when the incident opened or closed, and is done like a step's (R5–R7, R11–R16). */
import { readTruth } from '#db/facts.ts';
import { intentsOf } from '#db/intents.ts';
import { assertHeld, deleteJob, isQuarantined, releaseJob, type Job } from '#db/jobs.ts';
import { commitGuarded } from '#db/statement.ts';
import { commitAt } from './clock.ts';
import type { Engine } from './engine.ts';
import { performAll, prepareAgain } from './perform.ts';

/** One alert's job. One that was the end of three workers is given up: the incident itself is in the app. */
export const tell = async (engine: Engine, job: Job): Promise<void> => {
	const { incident, key } = job.payload as { incident: string; key: string };
	const intents = (await intentsOf(engine.database, incident, 0)).filter((one) => one.key === key);
	const end = () => commitGuarded(engine.database, [assertHeld(job), deleteJob(job.id)], async () => false);
	if (isQuarantined(job)) {
		engine.log('an alert was given up: it failed three times', { incident, intent: key });
		return void (await end());
	}
	const truth = await readTruth(engine.database, engine.workspace, []);
	if (!truth || !(await prepareAgain(engine, job, intents))) return;
	const progress = await performAll(engine, job, null, intents, { settings: engine.settings, sending: truth.sending });
	if (progress.kind === 'settled') return void (await end());
	const { at, now, isAttempt, notes } = progress.later;
	await commitAt(engine, now, [assertHeld(job), ...notes, releaseJob(job, at, isAttempt)], async () => false);
};
