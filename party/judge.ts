/** Rereads the truth for steps that fire together and asks the engine about each (R20): one exchange for all, one judgement each. */
import type { OpenConflict } from '#db/conflicts.ts';
import { readGround, type Sending } from '#db/facts.ts';
import { readFirings, type Firing, type Firings } from '#db/firings.ts';
import type { Intent } from '#db/intents.ts';
import { isQuarantined, type Job } from '#db/jobs.ts';
import { advance } from '#domain/engine/advance.ts';
import { errorText } from '#domain/engine/error.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { Facts } from '#domain/engine/facts.ts';
import { isTimeAlone, scheduled, stepAfter } from '#domain/engine/next-step.ts';
import type { Decision, Settled } from '#domain/engine/run.ts';
import { undecided, type Undecided } from '#domain/engine/undecided.ts';
import type { Final } from './conclude.ts';
import type { Engine } from './engine.ts';
import type { World } from './performers/performer.ts';

/** What a step's intents are prepared and judged by; `decide` says what follows from how they went, at a time in ms. */
export type Performance = { firing: Firing; world: World; decide: (intents: Intent[], now: number) => Decision };
/**
 * drop: the run ended, or went on without this job. gone: so is its record, and all its runs end (RU5). conclude: it needs nothing done first. perform: `asked` are the intents to record, null when
 * an earlier attempt recorded them. broken: this one could not be judged.
 */
export type Judgement =
	| { kind: 'drop' }
	| { kind: 'gone'; subjectId: string }
	| { kind: 'conclude'; firing: Firing; decision: Final }
	| ({ kind: 'perform'; asked: Extract<Decision, { kind: 'perform' }> | null } & Performance)
	| { kind: 'broken'; error: unknown };

/**
 * Judges jobs of steps, by job id, and says when: one time for all, ms. `read` gives what they fire on, where that came with their claim. Throws when the store
 * can't be reached, or one of the rows can't be read.
 */
export const judge = async (engine: Engine, jobs: readonly Job[], read: (() => Firings) | null = null): Promise<{ judged: Map<number, Judgement>; now: number }> => {
	const { firings } = read ? read() : await readFiringsAnew(engine, jobs);
	const subjectsOf = (list: Firing[]) => [...new Set(list.map(({ run }) => run.subjectId))];
	const isUnread = ({ definition, step, intents }: Firing) => definition !== null && intents.length === 0 && isTimeAlone(definition, step.stepId);
	const all = [...firings.values()];
	const truth = await readGround(engine.database, engine.workspace, { read: subjectsOf(all.filter((one) => !isUnread(one))), present: subjectsOf(all.filter(isUnread)) }, engine.now());
	if (!truth) throw new Error(`There is no workspace ${engine.workspace}.`);
	const { settings, present, conflicts } = truth;
	const now = engine.now();
	const byId = new Map(truth.customers.map((one) => [one.customer.id, one]));
	const factsOf = (firing: Firing): Facts | null => {
		const { run } = firing;
		if (isUnread(firing)) return present.has(run.subjectId) ? unread(settings, run) : null;
		const one = byId.get(run.subjectId);
		return one ? factsFromRows(one, settings, { run }) : null;
	};
	const judged = new Map<number, Judgement>(jobs.map((job) => {
		const firing = firings.get(job.id);
		try {
			const isLive = firing && firing.run.epoch === job.epoch && (firing.run.state === 'running' || firing.run.state === 'waiting');
			return [job.id, isLive ? judgeOne(engine, now, job, firing, factsOf(firing), truth.sending, conflicts) : { kind: 'drop' }];
		} catch (error) {
			return [job.id, { kind: 'broken', error }];
		}
	}));
	return { judged, now };
};

const readFiringsAnew = async ({ database, clock }: Engine, jobs: readonly Job[]): Promise<Firings> => {
	const asked = Date.now();
	const read = await readFirings(database, jobs);
	clock?.follow(read.now, asked);
	return read;
};

/** The facts of a step that the clock alone decides: its record is there, and was not read. */
const unread = (settings: Facts['settings'], run: Firing['run']): Facts => {
	const refuse = (): never => {
		throw new Error('A step that the clock alone decides reads its record.');
	};
	return { settings, run, event: null, get customer() { return refuse(); }, get contacts() { return refuse(); }, get owner() { return refuse(); } };
};

const judgeOne = (engine: Engine, now: number, job: Job, firing: Firing, facts: Facts | null, sending: Sending, conflicts: OpenConflict[]): Judgement => {
	const concluded = (decision: Final): Judgement => ({ kind: 'conclude', firing, decision });
	const { run, intents } = firing;
	if (isQuarantined(job)) return concluded({ kind: 'fail', error: errorText('quarantined') });
	if (!firing.definition) return concluded({ kind: 'fail', error: errorText('unknown-version') });
	if (!facts) return { kind: 'gone', subjectId: run.subjectId };
	if (job.payload?.isSkipped === true) return concluded(skipped(firing, facts, now));
	const open = undecided(conflicts.filter(({ customerId }) => customerId === run.subjectId));
	const performance = { firing, world: { settings: engine.settings, sending }, decide: (settled: Intent[], at: number) => decide(firing, settled, facts, open, at) };
	if (intents.length > 0) return { kind: 'perform', asked: null, ...performance };
	const decision = performance.decide(intents, now);
	return decision.kind === 'perform' ? { kind: 'perform', asked: decision, ...performance } : concluded(decision);
};

const decide = ({ definition, run, step: at, resumed, performed, lost }: Firing, intents: Intent[], facts: Facts, open: Undecided, now: number): Decision =>
	advance({
		definition: definition!,
		run,
		step: { number: at.number, stepId: at.stepId, dueAt: at.dueAt, isWaiting: at.state === 'waiting' },
		facts,
		now,
		settled: intents.length > 0 ? intents.map(settledOf) : null,
		// Drafts say themselves what became of them.
		resumed: resumed === null || resumed.kind === 'draft' ? null : { output: { [resumed.kind]: resumed.ref, at: resumed.at }, answered: resumed.answered },
		performed,
		lost,
		undecided: open,
	});

const settledOf = ({ part, kind, state, response, error }: Intent): Settled => ({ part, kind, state: state as Settled['state'], response, error });

/** A person skipped the step: what comes behind it, as of now. */
const skipped = ({ definition, step: at }: Firing, facts: Facts, now: number): Final => ({
	kind: 'next',
	state: 'skipped',
	output: null,
	next: scheduled(stepAfter(definition!, at.stepId), facts, now),
});
