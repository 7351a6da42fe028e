/** A run's step in its time (BE7), and what a run was kept from (R19), over the endpoints. */
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { insertEvent } from '#db/events.ts';
import { keepRefusal } from '#db/refusals.ts';
import { customer, step } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { addCustomer, addPlaybook, definitionOf, runOf, stageChanged } from '../db/engine-book.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;

it('BE7 the values at a step are those of its time, beside those of now; a step that has not begun has none', async () => {
	const mine = await app.owner();
	const workspace: string = (await mine.get('/api/session')).body.workspace.id;
	await addPlaybook(db, workspace, 'playbook_past', definitionOf([{ id: 's1', kind: 'stop' }]));
	await addCustomer(db, workspace, 'customer_p', { name: 'Acme Group', stage: `${workspace}_s2`, stageSince: 5_000 });
	const changed = (id: string, at: number, data: object): RecordedEvent => stageChanged(workspace, id, 'customer_p', { at, ...('field' in data && data.field !== 'stage' ? { type: 'customer.field-changed' } : {}), data: data as Record<string, unknown> });
	await commit(db, [
		bumpSeq(workspace),
		insertEvent(workspace, changed('past_1', 2_000, { field: 'stage', from: null, to: `${workspace}_s1` })),
		insertEvent(workspace, changed('past_2', 5_000, { field: 'stage', from: `${workspace}_s1`, to: `${workspace}_s2` })),
		insertEvent(workspace, changed('past_3', 4_000, { field: 'name', from: 'Acme', to: 'Acme Group' })),
		...enrolRun(runOf(workspace, 'run_past', 'playbook_past', 'customer_p'), { stepId: 's1', dueAt: 3_000 }),
		keepRefusal({ workspace, playbookId: 'playbook_other', version: 1, subjectId: 'customer_p', code: 'depth', at: 3_500, cause: { by: 'run', runId: 'run_past', playbookId: 'playbook_past' }, filters: { kind: 'group', id: 'f', mode: 'all', holds: true, items: [] }, parent: { runId: 'run_past', rootRunId: 'run_past', depth: 8, lineage: ['playbook_past:customer_p'] } }),
	]);
	expect((await mine.get('/api/runs/run_past/steps/1')).status).toBe(404);
	await db.update(step).set({ startedAt: 3_000, state: 'done' }).where(eq(step.runId, 'run_past'));
	expect((await mine.get('/api/runs/run_past/steps/1')).body).toMatchObject({
		at: 3_000,
		then: { customer: { name: 'Acme', stage: `${workspace}_s1`, stageSince: 2_000 }, contacts: [{ name: 'Ana Costa' }] },
		now: { customer: { name: 'Acme Group', stage: `${workspace}_s2`, stageSince: 5_000 } },
	});
	// Its own change is not its ground, though its room's clock was behind the store's.
	const bySelf = { ...changed('past_5', 2_996, { field: 'domain', from: 'acme.example', to: 'acme.test' }), cause: { runId: 'run_past', rootRunId: 'run_past', depth: 0, lineage: [], number: 1 } };
	await commit(db, [bumpSeq(workspace), insertEvent(workspace, bySelf)]);
	expect((await mine.get('/api/runs/run_past/steps/1')).body.then.customer.domain).toBe('acme.example');
	// A customer that is gone has its past all the same.
	await db.update(customer).set({ deletedAt: 6_000 }).where(eq(customer.id, 'customer_p'));
	expect((await mine.get('/api/runs/run_past/steps/1')).body).toMatchObject({ then: { customer: { name: 'Acme' } }, now: null });

	// What the run itself changed, with the value before; not what others did.
	await commit(db, [bumpSeq(workspace), insertEvent(workspace, { ...changed('past_4', 7_000, { field: 'stage', from: `${workspace}_s2`, to: `${workspace}_s3` }), actor: { kind: 'run', id: 'run_past', playbookId: 'playbook_past' } })]);
	expect((await mine.get('/api/runs/run_past')).body.changes).toEqual([{ type: 'customer.stage-changed', subjectId: 'customer_p', at: 7_000, data: { field: 'stage', from: `${workspace}_s2`, to: `${workspace}_s3` } }]);
	expect((await mine.get('/api/runs/run_past')).body.keptOut).toEqual([{ playbookId: 'playbook_other', code: 'depth', at: 3_500, lineage: ['playbook_past:customer_p'] }]);
	expect((await mine.get('/api/playbooks/playbook_other/limits')).body).toMatchObject({ keptOut: [{ subjectId: 'customer_p', code: 'depth', times: 1, lineage: ['playbook_past:customer_p'] }] });
	expect((await mine.get('/api/runs/run_none/steps/1')).status).toBe(404);
});
