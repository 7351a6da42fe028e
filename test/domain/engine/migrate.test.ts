import { assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { migrate, takeBack, type Migrated, type Migrating, type Moved, type Placement, type StepMap } from '#domain/engine/migrate.ts';
import { allSteps, findStep } from '#domain/engine/next-step.ts';
import type { RunState, StepState } from '#domain/engine/run.ts';
import { day, factsOf, noon } from '../facts.ts';
import { action, branch, playbook, split, task, until, wait } from './playbooks.ts';

const webhook = (id: string) => action(id, 'call-webhook', {});
const old = playbook([task('a'), wait('w', 2), until('u', 'renewalAt'), split('s', true, branch('s1', null, task('in'))), webhook('gone'), task('z')]);
/** `w` waits longer, `u` has become a wait for a time, `z` another action, `gone` is gone, `new` is new. */
const next = playbook([task('a', { title: 'Call them' }), wait('w', 5), wait('u', 1), split('s', true, branch('s1', null, task('in'))), task('new'), webhook('z')]);

const at = (state: RunState, stepState: StepState, stepId: string, change: Partial<Migrating> = {}): Migrating => ({
	definition: old, run: { state, epoch: 4, hasErrors: false, pausedAt: null }, step: { number: 7, stepId, state: stepState, dueAt: noon + day }, hasJob: stepState === 'scheduled', timeZone: 'Europe/Paris', now: noon,
	version: 3, target: { version: 4, definition: next }, facts: factsOf(), effects: 'none', reachedAt: noon - day, skips: null, lost: [], ...change,
});
const same = (state: RunState) => ({ state, hasErrors: false, pausedAt: null, endedAt: null });
const kept = { pending: 'keep', step: null } as const;
const move = (to: string): Placement => ({ how: 'move', to });

describe('BE2, R23: a run moves to another version by a map of steps', () => {
	it.each<[string, StepMap, Migrating, Omit<Extract<Migrated, { isAllowed: true }>, 'isAllowed'>]>([
		['what is about to be done is done by the new version', {}, at('running', 'scheduled', 'a'), { how: 'keep', run: same('running'), ...kept, job: null }],
		// It began when its two days had begun, yesterday: five days from then.
		['a longer wait counts from when it began', {}, at('running', 'scheduled', 'w'), { how: 'keep', run: same('running'), ...kept, job: { number: 7, stepId: 'w', dueAt: noon + 4 * day, skips: null } }],
		['a wait for a time instead of a date counts from when it was reached', {}, at('running', 'scheduled', 'u', { reachedAt: noon - day / 2 }), { how: 'keep', run: same('running'), ...kept, job: { number: 7, stepId: 'u', dueAt: noon + day / 2, skips: null } }],
		['what is over by that is due now', {}, at('running', 'scheduled', 'u', { reachedAt: noon - 9 * day }), { how: 'keep', run: same('running'), ...kept, job: { number: 7, stepId: 'u', dueAt: noon, skips: null } }],
		['what a person skips stays skipped', {}, at('running', 'scheduled', 'w', { skips: 'this' }), { how: 'keep', run: same('running'), ...kept, job: null }],
		['a task that somebody has to do stays the same task', {}, at('waiting', 'waiting', 'a'), { how: 'keep', run: same('waiting'), ...kept, job: null }],
		['a task that is done goes on', {}, at('running', 'waiting', 'a', { hasJob: true, effects: 'settled' }), { how: 'keep', run: same('running'), ...kept, job: null }],
		['a stuck run stays stuck, and a retry is the new version’s', {}, at('failed', 'failed', 'a', { effects: 'settled' }), { how: 'keep', run: same('failed'), ...kept, job: null }],
		['a step that is gone goes on at another, under a new number', { gone: move('new') }, at('running', 'scheduled', 'gone'), { how: 'move', run: same('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'new', dueAt: noon, skips: null } }],
		['to a wait: as long as it says, from now', { gone: move('w') }, at('waiting', 'waiting', 'gone'), { how: 'move', run: same('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'w', dueAt: noon + 5 * day, skips: null } }],
		['a stuck run goes on, with its errors', { gone: move('in') }, at('failed', 'failed', 'gone'), { how: 'move', run: { ...same('running'), hasErrors: true }, pending: 'end', step: null, job: { number: 8, stepId: 'in', dueAt: noon, skips: null } }],
		['or ends', { gone: { how: 'end' } }, at('waiting', 'waiting', 'gone'), { how: 'end', run: { ...same('stopped'), endedAt: noon }, pending: 'end', step: 'cancelled', job: null }],
		['one that could be kept may be moved too', { a: move('new') }, at('running', 'scheduled', 'a'), { how: 'move', run: same('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'new', dueAt: noon, skips: null } }],
	])('%s', (_, map, standing, expected) => expect(migrate(map, standing)).toEqual({ isAllowed: true, ...expected }));

	it.each<[string, StepMap, Migrating]>([
		['already-ended', {}, at('stopped', 'cancelled', 'a')],
		['already-there', {}, at('running', 'scheduled', 'a', { version: 4 })],
		// Nobody knows whether it happened: it is settled where it was asked for (R12).
		['settle-first', {}, at('failed', 'unknown', 'a', { effects: 'unknown' })],
		['settle-first', { a: move('new') }, at('waiting', 'waiting', 'a', { effects: 'unknown' })],
		// A step that it comes back to, and whose outcome nobody knows.
		['settle-first', { gone: move('a') }, at('running', 'scheduled', 'gone', { lost: ['a'] })],
		// Its effect was frozen by the version that it began in (R11).
		['on-its-way', {}, at('running', 'scheduled', 'a', { effects: 'open' })],
		['on-its-way', {}, at('running', 'waiting', 'a', { effects: 'open', hasJob: true })],
		['on-its-way', { a: { how: 'end' } }, at('running', 'scheduled', 'a', { effects: 'settled' })],
		['on-its-way', { a: move('new') }, at('running', 'waiting', 'a', { effects: 'settled', hasJob: true })],
		['not-mapped', {}, at('running', 'scheduled', 'gone')],
		['not-mapped', {}, at('running', 'scheduled', 'z')],
		['not-the-same', { z: { how: 'keep' } }, at('running', 'scheduled', 'z')],
		['no-such-step', { gone: move('nowhere') }, at('running', 'scheduled', 'gone')],
		['stays', { a: { how: 'stay' } }, at('running', 'scheduled', 'a')],
		['no-step', {}, at('running', 'scheduled', 'a', { step: null })],
	])('%s: %#', (code, map, standing) => expect(migrate(map, standing)).toEqual({ isAllowed: false, code }));

	it('a paused run’s time stands still: its wait is as much longer as the new one is, and it stays paused', () => {
		const pausedAt = noon - 3 * day;
		const standing = at('paused', 'scheduled', 'w', { run: { state: 'paused', epoch: 4, hasErrors: false, pausedAt }, step: { number: 7, stepId: 'w', state: 'scheduled', dueAt: pausedAt + day } });
		const paused = { state: 'paused', hasErrors: false, pausedAt, endedAt: null };
		expect(migrate({}, standing)).toMatchObject({ run: paused, job: { number: 7, dueAt: pausedAt + 4 * day } });
		expect(migrate({ w: move('u') }, standing)).toMatchObject({ run: paused, job: { number: 8, stepId: 'u', dueAt: pausedAt + day } });
	});

	it('a date that is waited for is read anew', () => {
		const dated = playbook([until('w', 'renewalAt', '09:00')]);
		const decided = migrate({}, at('running', 'scheduled', 'w', { target: { version: 4, definition: dated } }));
		expect(decided).toMatchObject({ how: 'keep', job: { number: 7, dueAt: Date.parse('2026-04-07T07:00:00Z') } });
		// Blank: it is due, and says so when it fires.
		expect(migrate({}, at('running', 'scheduled', 'w', { target: { version: 4, definition: dated }, facts: factsOf({ customer: { renewalAt: null } }) }))).toMatchObject({ job: { dueAt: noon } });
	});
});

/** A run after what was decided, as db/migrating.ts writes it. */
function after(standing: Migrating, decided: Extract<Migrated, { isAllowed: true }>): Migrating {
	const { step, run, target } = standing;
	const last = decided.job && decided.job.number !== step!.number
		? { number: decided.job.number, stepId: decided.job.stepId, state: 'scheduled' as const, dueAt: decided.job.dueAt }
		: { ...step!, state: decided.step ?? step!.state, dueAt: decided.job?.dueAt ?? step!.dueAt };
	const hasJob = decided.pending === 'end' ? decided.job !== null : standing.hasJob;
	return { ...standing, version: target.version, definition: target.definition, run: { ...decided.run, epoch: run.epoch + 1 }, step: last, hasJob, effects: decided.how === 'move' ? 'none' : standing.effects, skips: null };
}
const undoOf = ({ run, step, hasJob, version, now, skips }: Migrating, { how, job }: Extract<Migrated, { isAllowed: true }>): Moved => ({
	how, from: version, epoch: run.epoch + 1, number: how === 'move' ? job!.number : step!.number, at: now,
	before: { state: run.state, hasErrors: run.hasErrors, pausedAt: run.pausedAt, number: step!.number, stepId: step!.stepId, stepState: step!.state, dueAt: step!.dueAt, hasJob, skips, waits: null, drafts: [] },
});

/** Every state that a run can be in, by its state and its last step's. */
const lives: [RunState, StepState, boolean, Migrating['effects'][]][] = [
	['running', 'scheduled', true, ['none', 'settled', 'open']], ['running', 'waiting', true, ['settled', 'open']], ['waiting', 'waiting', false, ['settled', 'unknown']],
	['paused', 'scheduled', true, ['none', 'settled', 'open']], ['paused', 'waiting', false, ['settled']], ['paused', 'waiting', true, ['settled', 'open']],
	['failed', 'failed', false, ['none', 'settled', 'open']], ['failed', 'unknown', false, ['unknown']], ['completed', 'done', false, ['settled']], ['stopped', 'cancelled', false, ['none']],
];
const ids = allSteps(old.steps).map(({ id }) => id);
const places: (Placement | null)[] = [null, { how: 'keep' }, { how: 'end' }, { how: 'stay' }, ...allSteps(next.steps).map(({ id }) => move(id)), move('nowhere')];
const versions: PlaybookDefinition[] = [next, old, playbook([until('w', 'renewalAt'), wait('u', 3, 'weeks'), task('gone')])];
const isTimer = (step: Step | null) => step?.kind === 'wait';

describe('BE2: any run by any map', () => {
	const any = record({ life: constantFrom(...lives), effect: integer({ min: 0, max: 2 }), stepId: constantFrom(...ids), place: constantFrom(...places), target: constantFrom(...versions), due: integer({ min: -40, max: 40 }), reached: integer({ min: 0, max: 40 }), paused: integer({ min: 0, max: 20 }), isSkipping: boolean() });

	it('is a valid run afterwards, or stays as it was with the reason; nothing is due twice or never, and no key is used again', () => {
		const outcomes = new Map<string, number>();
		assert(
			property(any, ({ life: [state, stepState, hasJob, effects], effect, stepId, place, target, due, reached, paused, isSkipping }) => {
				const pausedAt = state === 'paused' ? noon - paused * day : null;
				const standing = at(state, stepState, stepId, {
					run: { state, epoch: 4, hasErrors: false, pausedAt }, step: { number: 7, stepId, state: stepState, dueAt: noon + due * day }, hasJob, effects: effects[effect % effects.length]!,
					target: { version: 4, definition: target }, reachedAt: noon - reached * day, skips: isSkipping && hasJob ? 'this' : null,
				});
				const decided = migrate(place === null ? {} : { [stepId]: place }, standing);
				const outcome = decided.isAllowed ? decided.how : decided.code;
				outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
				if (!decided.isAllowed) return;
				// What may be on its way is never touched.
				expect(['completed', 'stopped']).not.toContain(state);
				expect(standing.effects).not.toBe('unknown');
				if (hasJob) expect(standing.effects).not.toBe('open');
				const then = after(standing, decided);
				const here = findStep(target, then.step!.stepId);
				const clock = pausedAt ?? noon;
				// It stands at a step of its version, with the one job or wait that its state asks for.
				if (decided.how !== 'end') expect(here).not.toBeNull();
				if (then.run.state === 'running') expect(then.hasJob).toBe(true);
				if (then.run.state === 'waiting') expect([then.step!.state, then.hasJob, decided.how]).toEqual(['waiting', false, 'keep']);
				if (then.run.state === 'paused') expect(then.run.pausedAt).toBe(pausedAt);
				if (then.run.state === 'failed') expect([then.step!.state, then.hasJob]).toEqual([stepState, false]);
				expect(then.run.state === 'stopped').toBe(decided.how === 'end');
				if (decided.how === 'keep') {
					expect(then.step!.number).toBe(7);
					// Nothing due is lost: only a timer has another time, and never one that is over.
					if (then.step!.dueAt !== standing.step!.dueAt) expect([isTimer(here), then.step!.dueAt >= clock]).toEqual([true, true]);
				}
				if (decided.how === 'move') expect([then.step!.number, then.step!.state, then.step!.dueAt >= clock]).toEqual([8, 'scheduled', true]);
				// And back at once: the state it had, at the step it had, by the time it had.
				const back = takeBack(undoOf(standing, decided), then, null);
				if (!back.isAllowed) throw new Error(`not back: ${back.code}`);
				expect(back.run).toMatchObject({ state, pausedAt, hasErrors: false, endedAt: null });
				const returned = back.job ?? back.restores;
				if (returned && hasJob) expect(returned.dueAt).toBe(Math.max(clock, standing.step!.dueAt));
				if (decided.how !== 'keep') expect(returned?.number).toBe(then.step!.number + 1);
				// Once it has gone on, or somebody has controlled it, it stays.
				expect(takeBack(undoOf(standing, decided), { ...then, run: { ...then.run, epoch: 9 } }, null)).toEqual({ isAllowed: false, code: 'controlled-since' });
				expect(takeBack(undoOf(standing, decided), { ...then, step: { ...then.step!, number: 20 } }, null)).toEqual({ isAllowed: false, code: 'gone-on' });
				if (then.hasJob) expect(takeBack(undoOf(standing, decided), { ...then, effects: 'open' }, null)).toEqual({ isAllowed: false, code: 'gone-on' });
				expect(takeBack(undoOf(standing, decided), then, 'archived')).toEqual({ isAllowed: false, code: 'archived' });
			}),
			{ numRuns: 3_000 },
		);
		// Every outcome was met.
		expect([...outcomes.keys()].toSorted()).toEqual(['already-ended', 'end', 'keep', 'move', 'no-such-step', 'not-mapped', 'not-the-same', 'on-its-way', 'settle-first', 'stays']);
	});
});
