/** PB1, AC21: a question that waits for a person, from the step that asks to the branch that its answer takes, over the real store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { claimJobs, crashesAllowed, leaseMs } from '#db/jobs.ts';
import { enrolRun } from '#db/entries.ts';
import { endRunsOf } from '#db/gone.ts';
import { beginReturn, insertMigration, readMigration } from '#db/migration-rows.ts';
import { playbookVersion, run, task } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { completeTask } from '#db/tasks.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import type { Order } from '#domain/engine/control.ts';
import { conclude } from '#party/conclude.ts';
import { judge } from '#party/judge.ts';
import { prepare } from '#party/perform.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, taskFor, waitFor, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
	bench = await openBench();
	await addCustomer(bench.database, 'w1', 'c1');
});
afterEach(() => bench.close());

const all = (id: string) => ({ id, kind: 'group' as const, mode: 'all' as const, items: [] });
const asks = (change: Record<string, unknown> = {}, id = 'q'): Step => ({
	id, kind: 'split', isMerged: true, question: { question: 'Does {{ customer.name }} renew?', description: '', assignees: { kind: 'owner' }, dueInDays: 1, goesOn: false, ...change },
	branches: [
		{ id: 'yes', name: 'Yes', condition: all('yes'), steps: [mailTo('champion', 'thanks', 'Thanks, said {{ run.vars.q.answer }}')] },
		{ id: 'no', name: 'No', condition: all('no'), steps: [waitFor(5, 'sorry')] },
		{ id: 'silence', name: '', condition: null, steps: change.goesOn ? [waitFor(7, 'silent')] : [] },
	],
});
const enrol = async (steps: Step[]) => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf(steps));
	await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1', { startedAt: bench.now }), { stepId: steps[0]!.id, dueAt: bench.now })]);
};
const start = async (steps: Step[]) => {
	await enrol(steps);
	await bench.settle();
};
/** A worker takes what is due, and is not heard of any more. */
const claim = () => claimJobs(bench.database, { workspace: 'w1', shard: 0, token: `slow ${bench.now}`, now: bench.now, limit: 9 });
const theRun = async () => (await bench.database.select().from(run).where(eq(run.id, 'r1')))[0]!;
const theTask = async (id = 'r1-1-0') => (await bench.database.select().from(task).where(eq(task.id, id)))[0]!;
const trail = async () => (await bench.steps('r1')).map(({ number, stepId, state }) => `${number} ${stepId} ${state}`);
const answer = (value: string, label: string, taskId = 'r1-1-0') =>
	commit(bench.database, completeTask({ workspace: 'w1', taskId, userId: 'u1', now: bench.now, eventId: `done-${taskId}`, customerId: 'c1', title: 'x', answer: { value, label } }));
const order = async (one: Order) => {
	await orderNow(bench.database, { workspace: 'w1', runId: 'r1', by: 'u1', reason: 'test', now: bench.now }, one);
	await bench.settle();
};
const day = 86_400_000;
/** The end of Tuesday in Paris: one business day after Monday morning. */
const tuesday = Date.UTC(2026, 10, 24, 23) - 1;

describe('PB1: a question', () => {
	test('waits as a task with its answers; the run is blue, and no job stands for it', async () => {
		await start([asks(), waitFor(5)]);
		expect(await theTask()).toMatchObject({ title: 'Does Company c1 renew?', state: 'open', assignees: ['u1'], runId: 'r1', dueAt: tuesday, question: { kind: 'choice', choices: [{ id: 'yes', label: 'Yes' }, { id: 'no', label: 'No' }] }, answer: null });
		expect([await theRun(), await bench.jobs()]).toMatchObject([{ state: 'waiting', nextStepId: 'q', nextDueAt: null }, []]);
	});

	test('R14: its answer takes its branch once, and is in the mail after it', async () => {
		await start([asks(), waitFor(5)]);
		await answer('yes', 'Yes');
		await expect(answer('no', 'No')).rejects.toThrow(/malformed JSON/);
		await bench.settle();
		expect(await trail()).toEqual(['1 q done', '2 thanks done', '3 wait scheduled']);
		expect((await bench.mails()).map(({ subject }) => subject)).toEqual(['Thanks, said Yes']);
		expect((await theRun()).vars).toMatchObject({ q: { answer: 'Yes', choice: 'yes', by: 'Camille Roche' } });
		expect((await bench.steps('r1'))[0]!.output).toMatchObject({ branch: 'yes', answer: 'Yes' });
	});

	test('is not done as a task is: only an answer ends it', async () => {
		await start([asks()]);
		await expect(commit(bench.database, completeTask({ workspace: 'w1', taskId: 'r1-1-0', userId: 'u1', now: bench.now, eventId: 'e', customerId: 'c1', title: 'x' }))).rejects.toThrow(/malformed JSON/);
		expect((await theTask()).state).toBe('open');
	});

	test('RU3: stop, skip and jump withdraw it; asked again it is another one', async () => {
		await start([asks(), waitFor(5)]);
		await order({ kind: 'jump', stepId: 'q' });
		expect([(await theTask()).state, (await theTask('r1-2-0')).state, await trail()]).toEqual(['cancelled', 'open', ['1 q cancelled', '2 q waiting']]);
		await expect(answer('yes', 'Yes')).rejects.toThrow(/malformed JSON/);
		await order({ kind: 'skip' });
		expect([(await theTask('r1-2-0')).state, await trail()]).toEqual(['cancelled', ['1 q cancelled', '2 q skipped', '3 wait scheduled']]);
		await order({ kind: 'jump', stepId: 'q' });
		await order({ kind: 'stop' });
		expect([(await theTask('r1-4-0')).state, (await theRun()).state]).toEqual(['cancelled', 'stopped']);
	});
});

describe('what is asked for and not yet waited for', () => {
	/** A worker has asked for what the first step asks for, and is not heard of any more. */
	const asked = async (step: Step) => {
		await enrol([step, waitFor(5)]);
		const [job] = await claim();
		const word = (await judge(bench.engine, [job!])).judged.get(job!.id)!;
		if (word.kind !== 'perform') throw new Error(word.kind);
		await prepare(bench.engine, job!, word.firing, word.asked!.intents, word.asked!.input, word.world);
		expect((await theTask()).state).toBe('open');
	};
	const endings: [string, () => Promise<unknown>][] = [
		['RU3: is stopped', () => order({ kind: 'stop' })],
		['RU5: ends with its record', () => commit(bench.database, [bumpSeq('w1'), ...endRunsOf('w1', 'c1', bench.now)])],
	];
	const steps: [string, Step, string][] = [
		['a question is withdrawn', asks(), 'cancelled'],
		['a task that would have been waited for is withdrawn', taskFor(true), 'cancelled'],
		['any other task stays, for people', taskFor(false), 'open'],
	];

	test.each(endings.flatMap(([when, ends]) => steps.map(([what, step, state]) => ({ when, what, ends, step, state }))))('$when: $what', async ({ ends, step, state }) => {
		await asked(step);
		await ends();
		expect([(await theTask()).state, (await theRun()).state]).toEqual([state, 'stopped']);
		if (step.kind === 'split') await expect(answer('yes', 'Yes')).rejects.toThrow(/malformed JSON/);
	});

	test('RU3: a pause comes, and what fell due in it is skipped: the task is withdrawn with its step', async () => {
		await asked(taskFor(true));
		await order({ kind: 'pause' });
		bench.now += leaseMs;
		await order({ kind: 'resume', missed: 'skip' });
		expect([await trail(), (await theTask()).state]).toEqual([['1 task skipped', '2 wait scheduled'], 'cancelled']);
	});

	test('R15, AC3: three workers died over it: the task is withdrawn with the stuck step; tried again, another one is asked for, and waited for', async () => {
		await asked(taskFor(true));
		for (let n = 1; n < crashesAllowed; n++) {
			bench.now += leaseMs;
			await claim();
		}
		bench.now += leaseMs;
		await bench.settle();
		expect([await trail(), (await theTask()).state]).toEqual([['1 task failed'], 'cancelled']);
		await order({ kind: 'retry' });
		expect([await trail(), (await theTask('r1-2-0')).state]).toEqual([['1 task failed', '2 task waiting'], 'open']);
	});
});

describe('a question with a time', () => {
	const silent = [asks({ goesOn: true }), waitFor(5)];
	test('goes on without an answer when its time is over: the else, once, and the question is withdrawn', async () => {
		await start(silent);
		expect([await theRun(), (await bench.jobs()).map(({ dueAt, visibleAt, attempt }) => [dueAt, visibleAt, attempt])]).toMatchObject([{ state: 'waiting', nextDueAt: tuesday }, [[tuesday, tuesday, 0]]]);
		bench.now = tuesday - 1;
		await bench.settle();
		expect(await trail()).toEqual(['1 q waiting']);
		bench.now = tuesday;
		await bench.settle();
		expect([await trail(), (await theTask()).state, (await theRun()).vars]).toMatchObject([['1 q done', '2 silent scheduled'], 'cancelled', { q: { answer: null } }]);
		await expect(answer('yes', 'Yes')).rejects.toThrow(/malformed JSON/);
	});

	test('PB1, R8: asked when its day is over already, it waits for a moment and is withdrawn like any other', async () => {
		bench.now = tuesday;
		await start([asks({ goesOn: true, dueInDays: 0 }), waitFor(5)]);
		expect([await trail(), (await theTask()).state]).toEqual([['1 q done', '2 silent scheduled'], 'cancelled']);
		await expect(answer('yes', 'Yes')).rejects.toThrow(/malformed JSON/);
	});

	test('an answer before that ends the time too: one job, one branch', async () => {
		await start(silent);
		await answer('no', 'No');
		expect((await bench.jobs()).map(({ dueAt, token }) => [dueAt, token])).toEqual([[bench.now, null]]);
		await bench.settle();
		bench.now = tuesday + day;
		await bench.settle();
		expect((await trail()).slice(0, 2)).toEqual(['1 q done', '2 sorry done']);
	});

	test('R8: an answer while a worker is about to say that nobody answered: the answer counts', async () => {
		await start(silent);
		bench.now = tuesday;
		const jobs = await claim();
		const { judged, now } = await judge(bench.engine, jobs);
		const word = judged.get(jobs[0]!.id)!;
		if (word.kind !== 'perform') throw new Error(word.kind);
		const decision = word.decide(word.firing.intents, now);
		expect(decision).toMatchObject({ kind: 'next', isUnanswered: true });
		await answer('yes', 'Yes');
		expect((await conclude(bench.engine, now, [{ job: jobs[0]!, firing: word.firing, decision: decision as never }])).get(jobs[0]!.id)).toBe(false);
		await bench.settle();
		expect([(await trail()).slice(0, 2), (await theTask()).state]).toEqual([['1 q done', '2 thanks done'], 'done']);
	});

	test('R15: three workers died over the end of its time: the run is stuck, and takes no answer that nobody would hear; tried again, it asks again', async () => {
		await start(silent);
		bench.now = tuesday;
		for (let n = 0; n < crashesAllowed; n++, bench.now += leaseMs) await claim();
		await bench.settle();
		expect([await trail(), (await theRun()).state, (await theTask()).state]).toEqual([['1 q failed'], 'failed', 'cancelled']);
		await expect(answer('yes', 'Yes')).rejects.toThrow(/malformed JSON/);
		await order({ kind: 'retry' });
		await answer('no', 'No', 'r1-2-0');
		await bench.settle();
		expect(await trail()).toEqual(['1 q failed', '2 q done', '3 sorry scheduled']);
	});

	test('RU3: a pause shifts its time; answered during the pause it goes on when the pause ends', async () => {
		await start(silent);
		await order({ kind: 'pause' });
		bench.now += 3 * day;
		await bench.settle();
		expect(await trail()).toEqual(['1 q waiting']);
		await order({ kind: 'resume', missed: 'shift' });
		expect([await trail(), (await theRun()).state, (await bench.jobs()).map(({ dueAt }) => dueAt)]).toEqual([['1 q waiting'], 'waiting', [tuesday + 3 * day]]);
		await order({ kind: 'pause' });
		await answer('yes', 'Yes');
		await bench.settle();
		expect(await trail()).toEqual(['1 q waiting']);
		await order({ kind: 'resume', missed: 'shift' });
		expect((await trail()).slice(0, 2)).toEqual(['1 q done', '2 thanks done']);
	});

	test('BE2: kept by a move to a version that knows its answers; moved and taken back, it is asked again with the time it had', async () => {
		await start(silent);
		const move = async (id: string, version: number, map: object) => {
			await bench.database.insert(playbookVersion).values({ workspace: 'w1', seq: 1, id: `p1_v${version}`, playbookId: 'p1', version, definition: definitionOf([...silent, waitFor(1, 'last')]), hash: `h${version}`, note: '', author: 'u1', changes: [], publishedAt: version });
			await commit(bench.database, [bumpSeq('w1'), ...insertMigration({ id, workspace: 'w1', playbookId: 'p1', version, map: map as never, by: 'u1', name: null, reason: '', total: 1, startedAt: bench.now })]);
			await bench.settle();
		};
		await move('m1', 2, {});
		expect([await trail(), (await theRun()).version, (await theTask()).state, (await bench.jobs()).filter(({ kind }) => kind === 'step').map(({ dueAt }) => dueAt)]).toEqual([['1 q waiting'], 2, 'open', [tuesday]]);
		await move('m2', 3, { q: { how: 'move', to: 'wait' } });
		expect([await trail(), (await theTask()).state]).toEqual([['1 q cancelled', '2 wait scheduled'], 'cancelled']);
		await commit(bench.database, [bumpSeq('w1'), ...beginReturn((await readMigration(bench.database, 'w1', 'm2'))!, { by: 'u1', name: null, reason: '' }, bench.now)]);
		await bench.settle();
		expect([await trail(), (await theTask()).state, await theRun()]).toMatchObject([['1 q cancelled', '2 wait cancelled', '3 q waiting'], 'open', { version: 2, state: 'waiting', nextDueAt: tuesday }]);
		await answer('no', 'No');
		await bench.settle();
		expect((await trail()).slice(2)).toEqual(['3 q done', '4 sorry scheduled']);
	});
});

test('AC21: a free question’s answer is a variable of the run', async () => {
	await start([{ id: 'q', kind: 'action', action: 'ask-question', params: { question: 'How many seats?', description: '', assignees: { kind: 'owner' }, dueInDays: null, goesOn: false, answerKind: 'number' } }, mailTo('champion', 'mail', '{{ run.vars.q.number | times: 2 }} seats')]);
	await commit(bench.database, completeTask({ workspace: 'w1', taskId: 'r1-1-0', userId: 'u1', now: bench.now, eventId: 'e', customerId: 'c1', title: 'x', answer: { value: 12, label: '12' } }));
	await bench.settle();
	expect((await bench.mails()).map(({ subject }) => subject)).toEqual(['24 seats']);
});
