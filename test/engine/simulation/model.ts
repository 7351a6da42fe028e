/**
 * What must be true of every simulation once the trouble is over, judged from the provider's log and the store's
 * witness. The reference: a run walks its playbook's steps in order, and each step's effects happen once.
 */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { crashesAllowed } from '#db/jobs.ts';
import { findStep, firstIn, stepAfter } from '#domain/engine/next-step.ts';
import type { People } from './people.ts';
import { rowsOf } from './store.ts';
import type { World } from './world.ts';

type Row = Record<string, any>;
/** How far a time may be from what it should be, in ms: as far as a decision may be from the store's clock when it is written, and a little. */
const toleranceMs = 61_000;
const dayMs = 86_400_000;

/** Everything that was wrong, in words; empty when nothing was. */
export function judge(world: World, people: People): string[] {
	const read = (table: string, order: string) => rowsOf(`SELECT * FROM "${table}" ORDER BY ${order}`);
	const [runs, steps, jobs, intents, waits, ended] = [read('run', 'id'), read('step', 'run_id, number'), read('job', 'id'), read('intent', 'key'), read('wait_token', 'id'), read('ended', 'rowid')];
	const definitions = new Map(read('playbook_version', 'id').map((row) => [`${row['playbook_id']} ${row['version']}`, JSON.parse(row['definition']) as PlaybookDefinition]));
	const moves = read('run_event', 'run_id, n').filter(({ type }) => type === 'migrated' || type === 'migration-undone').map((row) => ({ run_id: row['run_id'], at: row['at'], ...JSON.parse(row['data']) }) as Move);
	const tasks = read('task', 'id');
	const taken = rowsOf('SELECT run_id, number FROM taken');
	const of = (rows: Row[], id: string) => rows.filter((row) => row['run_id'] === id);
	return [
		...runs.flatMap((run) => {
			const [own, moved] = [of(steps, run['id']), moves.filter(({ run_id }) => run_id === run['id'])];
			const walk = { people, moved, isLimited: world.mailsADay !== null, at: (number: number) => definitions.get(`${run['playbook_id']} ${versionAt(run, moved, number)}`)! };
			return [...standing(run, own, of(jobs, run['id']), of(waits, run['id']), runs), ...walked(walk, run, own), ...timed(walk, run, own, of(ended, run['id'])), ...asked(walk, run, own, of(tasks, run['id'])), ...heard(walk, own, of(tasks, run['id']), of(intents, run['id'])), ...sentOnce(world, walk, run, own, of(intents, run['id']))];
		}),
		...twiceEnded(ended),
		...world.unheld,
		// What a person decides about a run takes its job from whoever holds it: a lease that ends so before it has expired counts for nobody.
		...[...world.deaths].filter(([key, times]) => times > crashesAllowed + taken.filter((one) => key.startsWith(`${one['run_id']}-${one['number']}-`)).length).map(([key, times]) => `${key} killed ${times} workers (R15)`),
		...effects(world, intents),
		...answers(people),
		...quotas(world),
		...stopped(people, intents),
		...rowsOf(`SELECT key FROM intent WHERE kind = 'task' AND state = 'done' AND key NOT IN (SELECT id FROM task)`).map(({ key }) => `the task ${key} is not there`),
		...rowsOf('SELECT id FROM event WHERE drained_at IS NULL').map(({ id }) => `no playbook saw the event ${id}`),
	];
}

/** A move to another version, as the run's history tells it: at its step `number`, and to which step, if it did not stay at its own. */
type Move = { run_id: string; at: number; from: number; to: number; number: number; toStepId?: string };
/** Which version a step stands in, and where people or a move made a run go. */
type Walk = { people: People; moved: Move[]; isLimited: boolean; at: (number: number) => PlaybookDefinition };

/** The version that a run was on when its step with this number ended. */
const versionAt = (run: Row, moved: Move[], number: number): number => moved.findLast((one) => one.number <= number)?.to ?? moved[0]?.from ?? run['version'];
/** Where a step with this number was gone to, and when; undefined when it followed from the one before. */
const sentTo = ({ people, moved }: Walk, step: Row): { stepId: string; at: number } | undefined => {
	const move = moved.findLast((one) => one.toStepId !== undefined && one.number === step['number'] - 1);
	return people.jumped.get(step['id']) ?? (move && { stepId: move.toStepId!, at: move.at });
};

function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
	return groups;
}

const twiceEnded = (ended: Row[]): string[] => {
	const times = new Map<string, number>();
	for (const { run_id, number } of ended) times.set(`${run_id}:${number}`, (times.get(`${run_id}:${number}`) ?? 0) + 1);
	return [...times].filter(([, count]) => count > 1).map(([step, count]) => `${step} ended ${count} times`);
};

/** Every live run owns a job or a wait; nothing that has ended does; with nobody to wait for, no run is left under way. */
function standing(run: Row, steps: Row[], jobs: Row[], waits: Row[], runs: Row[]): string[] {
	const { id, state } = run;
	const open = waits.filter((wait) => wait['consumed_at'] === null);
	const faults: string[] = [];
	if (state === 'running' && jobs.length !== 1) faults.push(`${id} runs with ${jobs.length} jobs`);
	if (state === 'waiting' && open.length !== 1) faults.push(`${id} waits for ${open.length} things`);
	if (['completed', 'stopped', 'failed'].includes(state) && jobs.length + open.length > 0) faults.push(`${id} is ${state} and still has ${jobs.length} jobs and ${open.length} waits`);
	const isHeldUp = open.some((wait) => wait['kind'] === 'run' && runs.some((child) => child['id'] === wait['ref'] && ['failed', 'waiting'].includes(child['state'])));
	if (state === 'running' || (state === 'waiting' && !isHeldUp)) faults.push(`${id} never ended: ${state} at ${run['next_step_id']}`);
	if (steps.some(({ number }, n) => number !== n + 1)) faults.push(`${id} has steps ${steps.map(({ number }) => number).join()}`);
	return faults;
}

/** Each step follows from the one before: the same again after a failure, else what stands behind it in the playbook, or where a person made it jump to. */
function walked(walk: Walk, run: Row, steps: Row[]): string[] {
	const faults: string[] = [];
	for (const [n, at] of steps.entries()) {
		const before = steps[n - 1];
		const expected = sentTo(walk, at)?.stepId ?? (before ? behind(before, walk.at(before['number'])) : (walk.at(0).steps[0]?.id ?? null));
		if (at['step_id'] !== expected) faults.push(`${run['id']}: ${at['step_id']} came after ${before?.['step_id']} (${before?.['state']}), not ${expected}`);
	}
	const last = steps.at(-1);
	if (run['state'] === 'completed' && last && !['done', 'skipped'].includes(last['state'])) faults.push(`${run['id']} is completed, its last step ${last['state']}`);
	if (run['state'] === 'completed' && last && behind(last, walk.at(last['number'])) !== null) faults.push(`${run['id']} is completed before ${behind(last, walk.at(last['number']))}`);
	return faults;
}

function behind(step: Row, definition: PlaybookDefinition): string | null {
	if (step['state'] === 'failed' || step['state'] === 'unknown') return step['step_id'];
	const node = findStep(definition, step['step_id'])!;
	const taken = node.kind === 'split' && step['output'] ? (JSON.parse(step['output']) as { branch?: string }).branch : undefined;
	const branch = node.kind === 'split' ? node.branches.find(({ id }) => id === taken) : undefined;
	return (node.kind === 'split' && branch ? firstIn(definition, node, branch) : stepAfter(definition, step['step_id']))?.id ?? null;
}

/** By the store's clock (R20): what is scheduled is due when it should be, and nothing ends before it was due. */
function timed(walk: Walk, run: Row, steps: Row[], ended: Row[]): string[] {
	const faults: string[] = [];
	for (const [n, step] of steps.entries()) {
		const before = steps[n - 1];
		const jump = sentTo(walk, step);
		// What a person skipped after it had failed ended twice: the witness has the first time.
		const endOf = before && ended.find(({ number }) => number === before['number']);
		const began = jump ? jump.at : before ? (endOf?.['state'] === before['state'] ? endOf!['at'] : undefined) : run['started_at'];
		const node = findStep(walk.at(step['number']), step['step_id']);
		// A pause shifts a wait; another version's counts from when it began, and what a move is undone to has the time it had (test/domain/engine/migrate.test.ts).
		const isShifted = walk.people.shifted.has(step['id']) || walk.moved.some((one) => one.number === step['number'] || (one.toStepId !== undefined && one.number === step['number'] - 1));
		// What a day's quota had no room for is due with the next day.
		const isPutOff = walk.isLimited && step['due_at'] % dayMs === 0 && began !== undefined && step['due_at'] > began;
		// A question's step is due when its time is over, or when it was answered.
		const isQuestion = node?.kind === 'split' && node.question !== undefined;
		const isAgain = !jump && before && ['failed', 'unknown'].includes(before['state']);
		const waitMs = !isAgain && node?.kind === 'wait' && node.params.mode === 'for' ? node.params.amount! * 60_000 : 0;
		const off = isAgain || isQuestion || began === undefined || isShifted || isPutOff ? 0 : step['due_at'] - began - waitMs;
		if (Math.abs(off) > toleranceMs) faults.push(`${run['id']}: ${step['step_id']} is due ${off} ms off (R20)`);
		const end = ended.find(({ number }) => number === step['number']);
		if (end && ['done', 'failed', 'unknown'].includes(end['state']) && end['at'] < step['due_at'] - toleranceMs) faults.push(`${run['id']}: ${step['step_id']} ended ${step['due_at'] - end['at']} ms before it was due (R20)`);
	}
	return faults;
}

/** A question's step goes on by the answer that was taken, or, when its time was over without one, by its else. */
function asked(walk: Walk, run: Row, steps: Row[], tasks: Row[]): string[] {
	const faults: string[] = [];
	for (const step of steps) {
		const node = findStep(walk.at(step['number']), step['step_id']);
		const task = tasks.find(({ id }) => id === `${run['id']}-${step['number']}-0`);
		if (node?.kind !== 'split' || !node.question || step['state'] !== 'done' || !task) continue;
		const { branch } = JSON.parse(step['output']) as { branch: string };
		const [said, name] = [task['answer'] && (JSON.parse(task['answer']) as { value: string }).value, `${run['id']}: ${step['step_id']}`];
		if (branch !== (said ?? 'silence')) faults.push(`${name} was answered ${said}, and went on by ${branch} (R8, PB1)`);
		if (!said && !node.question['goesOn']) faults.push(`${name} went on though nobody answered (PB1)`);
		if (task['state'] !== (said ? 'done' : 'cancelled')) faults.push(`${name} went on, its question is ${task['state']} (PB1)`);
	}
	return faults;
}

/** What a run waits for is open no longer than its step is: nobody would hear that it is done (RU3). */
function heard(walk: Walk, steps: Row[], tasks: Row[], intents: Row[]): string[] {
	const late = rowsOf(`SELECT id FROM heard WHERE state NOT IN ('scheduled', 'waiting')`).map(({ id }) => id as string);
	return tasks.flatMap(({ id, state }) => {
		const asking = intents.find(({ key }) => key === id)!;
		const step = steps.find(({ number }) => number === asking['number'])!;
		const node = findStep(walk.at(step['number']), step['step_id']);
		const isAwaited = node?.kind === 'split' || (node?.kind === 'action' && node.params['isWaiting'] === true);
		const isLeft = state === 'open' && !['scheduled', 'waiting'].includes(step['state']);
		return isAwaited && (isLeft || late.includes(id)) ? [`${id} could be done though its step was ${step['state']} (RU3)`] : [];
	});
}

/** One answer for each question, and none after a stop. */
function answers({ stoppedAt }: People): string[] {
	const taken = rowsOf(`SELECT args ->> 'taskId' AS task, at FROM command WHERE type = 'answer-question' AND outcome ->> 'status' = 'accepted'`);
	return [...grouped(taken, ({ task }) => task as string)].flatMap(([task, own]) => [
		...(own.length > 1 ? [`the question ${task} was answered ${own.length} times (PB1)`] : []),
		...(own.some(({ at }) => at > (stoppedAt.get(task.split('-')[0]!) ?? Infinity) + toleranceMs) ? [`the question ${task} was answered after its run was stopped`] : []),
	]);
}

/** The provider's log: each key did something once, in the order of the steps, with the bytes that were frozen, and only what the store knows of. */
function effects(world: World, intents: Row[]): string[] {
	const faults: string[] = [];
	const known = new Map(intents.map((intent) => [intent['key'], intent]));
	const byKey = grouped(world.seen, ({ to, key }) => `${to} ${key}`);
	for (const [name, requests] of byKey) {
		const { key } = requests[0]!;
		const times = requests.filter(({ isNew }) => isNew).length;
		if (times > 1) faults.push(`${name} happened ${times} times (R10, R13)`);
		if (!known.has(key)) faults.push(`${name} was asked for without an intent`);
		if (new Set(requests.map(({ body }) => body)).size > 1) faults.push(`${name} was sent with several bodies (R11)`);
		const unknownAt = rowsOf('SELECT at FROM not_known WHERE key = :key', { key })[0]?.['at'];
		if (unknownAt !== undefined && requests.some(({ asked }) => asked > unknownAt)) faults.push(`${name} was asked for again after it was unknown (R12)`);
	}
	for (const { key, state, kind } of intents) {
		const isAccepted = world.seen.some((one) => one.key === key && one.answer === 'accepted');
		if (state === 'done' && ['mail', 'webhook', 'document-edit'].includes(kind) && !isAccepted) faults.push(`${key} is done, and nobody got it`);
		const told = [...(world.told.get(key) ?? [])];
		if (state === 'failed' && isAccepted && kind === 'mail' && !told.includes('email.failed')) faults.push(`${key} failed, and was accepted`);
		if (state === 'unknown' && told.length > 0) faults.push(`${key} is unknown, though the provider told ${told.join()} (R12)`);
	}
	return faults;
}

/** So many mails of a sender a day, by the provider's log and the day in which each was frozen: charged then, it may go out later (R18). Who was frozen about midnight belongs to either day. */
function quotas({ mailsADay, seen }: World): string[] {
	if (mailsADay === null) return [];
	const frozen = new Map(rowsOf('SELECT key, at FROM frozen').map(({ key, at }) => [key as string, at as number]));
	const isClear = (at: number) => Math.floor((at - toleranceMs) / dayMs) === Math.floor((at + toleranceMs) / dayMs);
	const sent = seen.filter(({ to, isNew, key }) => to === 'mail' && isNew && isClear(frozen.get(key) ?? 0));
	const days = grouped(sent, ({ key, body }) => `${(JSON.parse(body) as { from: string }).from} on day ${Math.floor(frozen.get(key)! / dayMs)}`);
	return [...days].filter(([, mails]) => mails.length > mailsADay).map(([day, mails]) => `${mails.length} mails went out from ${day}, not ${mailsADay} (R18)`);
}

/** In order, and once for each step, whatever was retried: only what failed or is unknown may be tried under a new key, or what a person made it jump to. */
function sentOnce(world: World, walk: Walk, run: Row, steps: Row[], intents: Row[]): string[] {
	const faults: string[] = [];
	const sent = intents.map((intent) => ({ ...intent, at: world.seen.find(({ key, isNew }) => key === intent['key'] && isNew)?.at }) as Row).filter(({ at }) => at !== undefined);
	const inOrder = sent.filter(({ state }) => state === 'done').sort((a, b) => a['number'] - b['number']);
	for (const [n, one] of inOrder.entries()) if (n > 0 && one['at'] < inOrder[n - 1]!['at']) faults.push(`${one['key']} happened before ${inOrder[n - 1]!['key']}`);
	// What the provider gave up after it had taken it may be tried anew.
	const mails = sent.filter(({ kind, number, state }) => kind === 'mail' && state !== 'failed' && steps.find((step) => step['number'] === number)!['state'] !== 'unknown');
	const jumps = (number: number) => steps.filter((step) => step['number'] <= number && sentTo(walk, step)).length;
	for (const [id, own] of grouped(mails, ({ number }) => `${steps.find((step) => step['number'] === number)!['step_id']} after ${jumps(number)} jumps`)) if (own.length > 1) faults.push(`${run['id']}: the mail of ${id} went out ${own.length} times`);
	return faults;
}

/** Nothing begins after a stop: what was asked for first afterwards had been prepared before. */
const stopped = (people: People, intents: Row[]): string[] =>
	[...people.stoppedAt].flatMap(([id, at]) => intents.filter(({ run_id, first_at }) => run_id === id && first_at !== null && first_at > at + toleranceMs).map(({ key }) => `${key} was prepared after its run was stopped`));
