/** A run that begins another playbook's: as rows of its own batch, which nobody is let into any more when it is deactivated. */
import { describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { enrolRun } from '#db/entries.ts';
import { activation } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { runOther, taskFor, waitFor } from './bench.ts';
import { bench, openForEach, start, theRun } from './work-bench.ts';

openForEach();

describe('another playbook (AC12, R19)', () => {
	test('its run is a row of the batch; the parent waits for its end and goes on', async () => {
		await addPlaybook(bench.database, 'w1', 'child', definitionOf([waitFor(30, 'cw')]));
		await start([runOther('child', true), taskFor(false)]);
		await bench.settle();
		const [child] = await bench.runs('child');
		expect(child).toMatchObject({ parentRunId: 'r1', rootRunId: 'r1', depth: 1, lineage: ['p1:c1', 'child:c1'] });
		expect(await theRun()).toMatchObject({ state: 'waiting' });
		bench.now += 30 * 60_000;
		await bench.settle();
		expect(await theRun(child!.id)).toMatchObject({ state: 'completed' });
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('a child that has nothing to do, or may not enter, is not waited for; an inactive one sticks the run', async () => {
		await addPlaybook(bench.database, 'w1', 'empty', definitionOf([]));
		await start([runOther('empty', true), runOther('p1', true, 'self'), runOther('missing', true, 'no')]);
		await bench.settle();
		expect((await bench.steps('r1')).map((one) => [one.stepId, one.state])).toEqual([
			['other', 'done'],
			['self', 'done'],
			['no', 'failed'],
		]);
		expect((await bench.steps('r1'))[1]!.output).toEqual([{ runId: null, refusal: 'lineage' }]);
		expect((await bench.steps('r1'))[2]!.error).toBe('playbook-inactive');
	});

	/** Does something right before a worker writes what it has made ready of a child run, once. */
	const before = (what: () => Promise<unknown>) => {
		const { batch } = bench.database.$client;
		let isOver = false;
		bench.database.$client.batch = (async (statements: { sql: string }[], mode: 'write') => {
			if (!isOver && mode === 'write' && statements.some(({ sql }) => sql.startsWith('INSERT INTO run '))) {
				isOver = true;
				await what();
			}
			return batch.call(bench.database.$client, statements, mode);
		}) as typeof batch;
	};

	test('PB4 deactivated between reading the playbook and writing, it takes nobody in any more: the step says so, and goes on when it is tried again later', async () => {
		await addPlaybook(bench.database, 'w1', 'child', definitionOf([waitFor(30, 'cw')]));
		await start([runOther('child', true)]);
		const set = (state: 'active' | 'inactive') => bench.database.update(activation).set({ state }).where(eq(activation.id, 'child'));
		before(() => set('inactive'));
		await bench.settle();
		expect([await bench.runs('child'), (await bench.steps('r1')).map(({ state, error }) => [state, error])]).toEqual([[], [['failed', 'playbook-inactive']]]);
		await set('active');
		await orderNow(bench.database, { workspace: 'w1', runId: 'r1', by: 'u1', reason: 'active again', now: bench.now }, { kind: 'retry' });
		await bench.settle();
		expect([await bench.runs('child'), await theRun()]).toMatchObject([[{ parentRunId: 'r1', state: 'running' }], { state: 'waiting' }]);
	});

	test('RU5 the record entered it in that very moment: no run is named that is not there', async () => {
		await addPlaybook(bench.database, 'w1', 'child', definitionOf([waitFor(30, 'cw')]));
		await start([runOther('child', true)]);
		before(() => commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'faster', 'child', 'c1', { startedAt: bench.now }), { stepId: 'cw', dueAt: bench.now + 1 })]));
		await bench.settle();
		expect([(await bench.runs('child')).map(({ id }) => id), (await bench.steps('r1')).map(({ state, output }) => [state, output])]).toEqual([['faster'], [['done', [{ runId: null, refusal: 'running' }]]]]);
	});
});
