/** Why a customer entered a playbook or did not, over the endpoint (BE6, CO5): what the engine saw then, and what it would decide now. */
import { beforeAll, expect, it } from 'vitest';
import { archiveRuns } from '#db/archive.ts';
import { insertEvent } from '#db/events.ts';
import { keepRefusal } from '#db/refusals.ts';
import { enrolRun } from '#db/entries.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Explanation, Group } from '#domain/conditions/condition.ts';
import { addCustomer, addPlaybook, definitionOf, runOf, stageChanged } from '../db/engine-book.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
let mine: ReturnType<typeof app.browser>;
let workspace: string;
const filters: Group = { id: 'filters', kind: 'group', mode: 'all', items: [{ id: 'c', kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 500 }] };
const saw = (value: number): Explanation => ({ kind: 'group', id: 'filters', mode: 'all', holds: value > 500, items: [{ kind: 'clause', id: 'c', field: 'customer.mrr', operator: 'greater', expected: 500, saw: value, holds: value > 500 }] });

beforeAll(async () => {
	mine = await app.owner();
	workspace = (await mine.get('/api/session')).body.workspace.id;
	await addPlaybook(db, workspace, 'playbook_live', definitionOf([], { trigger: { type: 'stage-changed', params: { from: null, to: `${workspace}_s2` } }, filters }));
	await addCustomer(db, workspace, 'customer_a', { mrr: 100 });
	const cause = { by: 'event', eventId: 'event_1', eventType: 'customer.stage-changed', data: {}, subjectId: 'customer_a', at: 2_000, actor: { kind: 'user', id: 'u1' } } as const;
	const agreed = stageChanged(workspace, 'event_0', 'customer_a', { type: 'agreement.changed', subjectType: 'agreement', at: 1_500, data: { field: 'mrr', from: 50, to: 100 } });
	await commit(db, [
		bumpSeq(workspace),
		insertEvent(workspace, agreed),
		insertEvent(workspace, stageChanged(workspace, 'event_1', 'customer_a')),
		keepRefusal({ workspace, playbookId: 'playbook_live', version: 1, subjectId: 'customer_a', code: 'filters', at: 2_001, cause, filters: saw(100), parent: null }),
		keepRefusal({ workspace, playbookId: 'playbook_live', version: 1, subjectId: 'customer_a', code: 'filters', at: 2_002, cause, filters: saw(120), parent: null }),
		...enrolRun(runOf(workspace, 'run_a', 'playbook_live', 'customer_a', { startedAt: 1_600, state: 'completed', endedAt: 1_600, cause: { by: 'person', userId: 'u1', filters: saw(100) } }), null),
	]);
});

it('tells what was seen when it entered and when it was kept out, with the time of each value', async () => {
	const { body } = await mine.get('/api/why?playbook=playbook_live&customer=customer_a');
	expect(body).toMatchObject({ playbook: { id: 'playbook_live', name: 'Welcome' }, entered: [{ runId: 'run_a', at: 1_600, cause: { by: 'person', userId: 'u1' }, filters: { items: [{ saw: 100, changed: { at: 1_500, by: { kind: 'user', id: 'u1' } } }] } }] });
	// Of the same reason the last is kept, and how often it was.
	expect(body.keptOut).toMatchObject([{ code: 'filters', at: 2_002, times: 2, filters: { items: [{ saw: 120, changed: { at: 1_500 } }] } }]);
});

it('BE6 a run that was put away still tells why it entered', async () => {
	const { body: before } = await mine.get('/api/why?playbook=playbook_live&customer=customer_a');
	await commit(db, archiveRuns(workspace, ['run_a'], Date.now()));
	expect((await mine.get('/api/why?playbook=playbook_live&customer=customer_a')).body.entered).toEqual(before.entered);
});

it('tells what is in the way now, each check with what it saw', async () => {
	const { body } = await mine.get('/api/why?playbook=playbook_live&customer=customer_a');
	expect(body.now).toMatchObject({ enters: false, code: 'filters' });
	expect(body.now.checks.map(({ kind, holds }: { kind: string; holds: unknown }) => [kind, holds])).toEqual([['activation', true], ['trigger', true], ['filters', false], ['entry', true], ['limits', true]]);
	expect(body.now.checks[1].matched).toMatchObject({ id: 'event_1' });
	expect(body.now.checks[2].explanation.items[0]).toMatchObject({ saw: 100, holds: false, changed: { at: 1_500 } });
});

it('of a schedule nobody keeps what it saw of a whole book: it is worked out from the history, as of its last time', async () => {
	const daily = { type: 'scheduled-recurring', params: { every: 'day', weekdays: [], day: 1, time: '00:00' } };
	await addPlaybook(db, workspace, 'playbook_daily', definitionOf([], { trigger: daily, filters }));
	await addCustomer(db, workspace, 'customer_b', { mrr: 900 });
	const raised = stageChanged(workspace, 'event_raise', 'customer_b', { type: 'customer.field-changed', at: Date.now(), data: { field: 'name', from: 'Small', to: 'Company customer_b' } });
	await commit(db, [bumpSeq(workspace), insertEvent(workspace, raised)]);
	// It holds no money by an agreement, so it had none then either.
	const { body } = await mine.get('/api/why?playbook=playbook_daily&customer=customer_b');
	expect(body.keptOut).toMatchObject([{ isRebuilt: true, code: 'filters', cause: { by: 'schedule' }, filters: { items: [{ saw: 0, holds: false }] } }]);
	expect(body.now.checks[1]).toMatchObject({ kind: 'trigger', holds: null });
	expect(body.now.checks[1].turn).toBeGreaterThan(body.keptOut[0].at);
});

it('a customer that is gone has a past and no now; a playbook of nobody, or of others, is none', async () => {
	expect((await mine.get('/api/why?playbook=playbook_live&customer=customer_gone')).body).toMatchObject({ now: null, entered: [], keptOut: [] });
	expect((await mine.get('/api/why?playbook=playbook_none&customer=customer_a')).status).toBe(404);
	await addPlaybook(db, 'elsewhere', 'playbook_theirs', definitionOf([]));
	expect((await mine.get('/api/why?playbook=playbook_theirs&customer=customer_a')).status).toBe(404);
	expect((await app.browser().get('/api/why?playbook=playbook_live&customer=customer_a')).status).toBe(401);
});
