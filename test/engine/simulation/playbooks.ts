/** The playbooks of a world: one that is drawn, one that it may run, and one that an event starts. */
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { commit, statement } from '#db/statement.ts';
import { addCustomer, definitionOf, fillWorkspace } from '../../db/engine-book.ts';
import { callTo, changeStage, mailTo, runOther, taskFor, waitFor } from '../../party/bench.ts';
import { Chance } from './schedule.ts';
import { rowsOf, truth } from './store.ts';

const stages = ['w1_s1', 'w1_s2'] as const;
const kinds = ['mail', 'mail', 'hook', 'task', 'waited task', 'wait', 'stage', 'other', 'split'] as const;
const asking = ['question', 'question', 'mail', 'wait', 'split'] as const;

/** Whether people are asked in this world: in one of five, so that all else is met as often as without. */
export const isAsking = (seed: number): boolean => new Chance(seed ^ 0xa5c).often(0.2);

/** Two ways: a mail to who is live, a minute's wait for all others. */
const split = (id: string): Step => ({
	id,
	kind: 'split',
	isMerged: true,
	branches: [
		{ id: `${id}_1`, name: 'Live', condition: { id: `${id}_1`, kind: 'group', mode: 'all', items: [{ id: `${id}_c`, kind: 'clause', field: 'stage', operator: 'is', value: 'w1_s2' }] }, steps: [mailTo('champion', `${id}_m`)] },
		{ id: `${id}_else`, name: '', condition: null, steps: [waitFor(1, `${id}_w`)] },
	],
});

/** A question with two answers, each a way of its own; with a time to wait (the end of the day), a third way without one. */
const asks = (id: string, goesOn: boolean): Step => ({
	id,
	kind: 'split',
	isMerged: true,
	question: { question: 'Does {{ customer.name }} renew?', description: '', assignees: { kind: 'owner' }, dueInDays: 0, goesOn },
	branches: [
		{ id: 'yes', name: 'Yes', condition: { id: `${id}_yes`, kind: 'group', mode: 'all', items: [] }, steps: [mailTo('champion', `${id}_y`)] },
		{ id: 'no', name: 'No', condition: { id: `${id}_no`, kind: 'group', mode: 'all', items: [] }, steps: [waitFor(1, `${id}_n`)] },
		{ id: 'silence', name: '', condition: null, steps: goesOn ? [mailTo('champion', `${id}_s`)] : [] },
	],
});

function drawn(chance: Chance, id: string, isAsking: boolean): Step {
	switch (chance.pick<(typeof kinds | typeof asking)[number]>(isAsking ? asking : kinds)) {
		case 'mail': return mailTo('champion', id);
		case 'hook': return callTo('http://hook.test/x', id);
		case 'task': return taskFor(false, id);
		case 'waited task': return taskFor(true, id);
		case 'wait': return waitFor(chance.pick([0, 1, 5, 90]), id);
		case 'stage': return changeStage(chance.pick(stages), id);
		case 'other': return runOther('child', chance.often(0.5), id);
		case 'split': return split(id);
		case 'question': return asks(id, chance.often(0.8));
	}
}

/** One to four steps; where people are asked, a question first. */
export const stepsOf = (chance: Chance, isAsking: boolean): Step[] => Array.from({ length: 1 + chance.below(4) }, (_, n) => (isAsking && n === 0 ? asks('s0', chance.often(0.8)) : drawn(chance, `s${n}`, isAsking)));

/** The same steps as another version has them: some are gone, some new, waits last otherwise. */
export const rewritten = (chance: Chance, steps: readonly Step[], isAsking: boolean): Step[] => {
	const next = steps.flatMap((step, n): Step[] => {
		const roll = chance.next();
		const kept = step.kind === 'wait' && roll < 0.6 ? waitFor(chance.pick([0, 1, 30, 120]), step.id) : step;
		return [...(roll > 0.8 ? [drawn(chance, `n${n}`, isAsking)] : []), ...(roll > 0.65 && roll < 0.9 ? [] : [kept])];
	});
	return next.length > 0 ? next : [mailTo('champion', 'n0')];
};

/** What every world begins with: a workspace, more customers than it needs, and the playbook that an event starts. */
export async function fillBook(): Promise<void> {
	await fillWorkspace(truth, 'w1');
	// Days are told by eye in UTC; how they are elsewhere is proven by the calendar's own tests.
	rowsOf(`UPDATE workspace SET resend_key = 're_test', time_zone = 'UTC'`);
	for (let n = 0; n < 3; n++) await addCustomer(truth, 'w1', `c${n}`);
	const moved = definitionOf([mailTo('champion', 'm0')], { trigger: { type: 'stage-changed', params: { from: null, to: 'w1_s2' } } });
	await commit(truth, [version('moved', 1, moved), ...Object.entries({ parent: 'manual', child: 'manual', moved: 'stage-changed' }).map(([id, type]) =>
		statement(`INSERT INTO activation (workspace, seq, id, state, version, trigger_type, activated_at, activated_by) VALUES ('w1', 1, :id, 'active', 1, :type, 1, 'u1')`, { id, type }),
	)]);
}

const version = (id: string, number: number, definition: PlaybookDefinition) =>
	statement(
		`INSERT INTO playbook_version (workspace, seq, id, playbook_id, version, definition, hash, note, author, changes, published_at) VALUES ('w1', 1, :id || '_v' || :number, :id, :number, :definition, 'h' || :number, '', 'u1', '[]', :number)`,
		{ id, number, definition: JSON.stringify(definition) },
	);

/** Publishes the drawn one, for `steps`, with a second version, which nobody enters; and the one that it may run. */
export async function publish(chance: Chance, steps: readonly Step[], second: readonly Step[]): Promise<void> {
	const child = [chance.pick([mailTo('champion', 'c0'), taskFor(true, 'c0'), waitFor(2, 'c0')]), mailTo('champion', 'c1')];
	await commit(truth, [version('parent', 1, definitionOf([...steps])), version('parent', 2, definitionOf([...second])), version('child', 1, definitionOf(child))]);
}
