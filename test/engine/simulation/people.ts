/** What people do to runs, at any moment: as the server's commands do it, in one guarded batch or not at all. */
import { orderRun } from '#db/control.ts';
import { enrolRun } from '#db/entries.ts';
import { insertEvent } from '#db/events.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { allSteps } from '#domain/engine/next-step.ts';
import { bumpSeq, commit, isGuardLost, statement, type Statement } from '#db/statement.ts';
import { completeTask } from '#db/tasks.ts';
import { beginReturn, insertMigration, readMigration } from '#db/migration-rows.ts';
import { orderMigration } from '#db/migrating.ts';
import type { Order } from '#domain/engine/control.ts';
import { missedChoices } from '#domain/engine/missed.ts';
import type { Placement, StepMap } from '#domain/engine/migrate.ts';
import { runOf, stageChanged } from '../../db/engine-book.ts';
import { troubles, type Trouble } from './case.ts';
import { rowsOf, truth } from './store.ts';
import type { World } from './world.ts';

/** What is done to one run. */
const byRun = new Set<Trouble>(['stop', 'retry', 'skip', 'pause run', 'resume run', 'jump', 'move', 'migrate']);

export class People {
	/** When a run was stopped, by the store's clock. */
	readonly stoppedAt = new Map<string, number>();
	/** Where a run was made to jump to, by the number of the new step; and when. */
	readonly jumped = new Map<string, { stepId: string; at: number }>();
	/** Steps whose time a pause has shifted. */
	readonly shifted = new Set<string>();
	readonly #world: World;
	#events = 0;

	constructor(world: World) {
		this.#world = world;
	}

	/** Lets `count` customers in (3 at most), each with a run of the drawn playbook. */
	async begin(count: number, first: { id: string; waitMs: number }): Promise<void> {
		const { fate, now } = this.#world;
		for (let n = 0; n < count; n++) if (fate.often(0.5)) rowsOf(`UPDATE customer SET stage = 'w1_s2' WHERE id = :id`, { id: `c${n}` });
		const runs = Array.from({ length: count }, (_, n) => enrolRun(runOf('w1', `r${n}`, 'parent', `c${n}`, { startedAt: now }), { stepId: first.id, dueAt: now + first.waitMs }));
		await commit(truth, [bumpSeq('w1'), ...runs.flat()]);
	}

	/** One of them does something. */
	async act(): Promise<void> {
		const { fate, now } = this.#world;
		const what = fate.pick(troubles.people);
		const [whom, share, other] = [fate.next(), fate.next(), fate.next()];
		if (!this.#world.happens(what)) return;
		const runs = byRun.has(what) ? rowsOf('SELECT id FROM run ORDER BY id') : [{ id: '' }];
		const runId = runs[Math.floor(whom * runs.length)]!['id'] as string;
		switch (what) {
			case 'tasks': return this.finishTasks(0.5);
			case 'stop': return share < 0.4 && (await this.#order(runId, { kind: 'stop' })) ? void this.stoppedAt.set(runId, now) : undefined;
			case 'retry': return void (await this.#order(runId, { kind: 'retry' }));
			case 'skip': return share < 0.5 ? void (await this.#order(runId, { kind: 'skip' })) : undefined;
			case 'pause run': return void (await this.#order(runId, { kind: 'pause' }));
			case 'resume run': return this.#resume(runId);
			case 'jump': {
				const [{ definition }] = rowsOf('SELECT definition FROM playbook_version v JOIN run r ON r.playbook_id = v.playbook_id AND r.version = v.version WHERE r.id = :runId', { runId }) as [{ definition: string }];
				const steps = allSteps((JSON.parse(definition) as PlaybookDefinition).steps);
				const stepId = steps[Math.floor(other * steps.length)]!.id;
				// Best while the run waits out a try that failed: something of it may be on its way (R12).
				const isPutOff = rowsOf('SELECT 1 FROM job WHERE run_id = :runId AND token IS NULL AND attempt > 0', { runId }).length > 0;
				return share < (isPutOff ? 0.9 : 0.3) && (await this.#order(runId, { kind: 'jump', stepId })) ? void this.jumped.set(`${runId}:${this.#last(runId)}`, { stepId, at: now }) : undefined;
			}
			case 'pause': return void rowsOf(share < 0.5 ? 'UPDATE workspace SET is_paused = 1' : `UPDATE activation SET state = 'paused' WHERE id = 'parent'`);
			case 'go': return this.goOn();
			case 'move': {
				const [{ id: customer, stage: from }] = rowsOf('SELECT customer.id, stage FROM customer JOIN run ON run.subject_id = customer.id WHERE run.id = :runId', { runId }) as [{ id: string; stage: string }];
				const stage = from === 'w1_s1' ? 'w1_s2' : 'w1_s1';
				const event = stageChanged('w1', `moved-${++this.#events}`, customer, { at: now, data: { field: 'stage', from, to: stage } });
				return void (await commit(truth, [bumpSeq('w1'), statement(`UPDATE customer SET stage = :stage, name = name || '+' WHERE id = :customer`, { stage, customer }), insertEvent('w1', event)]));
			}
			// Best where something of the record has been tried and will be again: that must be the same all the same (R11).
			case 'rename': return void rowsOf(`UPDATE customer SET name = name || '+' WHERE id = COALESCE((SELECT subject_id FROM run JOIN job ON job.run_id = run.id WHERE job.attempt > 0 ORDER BY job.visible_at, job.id LIMIT 1), 'c0')`);
			case 'migrate': return share < 0.4 ? this.#migrateOne(runId) : share < 0.8 ? this.#migrateAll() : this.#goBack();
		}
	}

	/** A version of the drawn playbook, and a map to it: what isn't said is kept where it can be. */
	#drawnTarget(version: number): { target: { version: number; definition: PlaybookDefinition }; map: StepMap } {
		const { fate } = this.#world;
		const rows = rowsOf(`SELECT version, definition FROM playbook_version WHERE playbook_id = 'parent' ORDER BY version`).map((row) => ({ version: row['version'] as number, definition: JSON.parse(row['definition']) as PlaybookDefinition }));
		const target = rows.find((row) => row.version === version)!;
		const places = allSteps(target.definition.steps).map(({ id }): Placement => ({ how: 'move', to: id }));
		const ids = new Set(rows.flatMap(({ definition }) => allSteps(definition.steps).map(({ id }) => id)));
		return { target, map: Object.fromEntries([...ids].flatMap((id) => (fate.often(0.5) ? [[id, fate.pick<Placement>([...places, { how: 'keep' }, { how: 'stay' }, { how: 'end' }])]] : []))) };
	}

	/** One run, by itself. */
	async #migrateOne(runId: string): Promise<void> {
		const [{ playbook_id: playbookId, version }] = rowsOf('SELECT playbook_id, version FROM run WHERE id = :runId', { runId }) as [{ playbook_id: string; version: number }];
		if (playbookId !== 'parent') return;
		const ordered = await orderMigration(truth, { workspace: 'w1', runId, by: 'u1', reason: 'simulated', now: this.#world.now }, { migrationId: 'by hand', ...this.#drawnTarget(3 - version), facts: null });
		if (ordered.isAllowed) await this.#decide(ordered.statements);
	}

	/** All of them, by the automation's own job. */
	async #migrateAll(): Promise<void> {
		const { target, map } = this.#drawnTarget(this.#world.fate.pick([1, 2, 2]));
		const made = { id: `migration-${++this.#events}`, workspace: 'w1', playbookId: 'parent', version: target.version, map, by: 'u1', name: null, reason: 'simulated', total: 0, startedAt: this.#world.now };
		await this.#decide([bumpSeq('w1'), ...insertMigration(made)]);
	}

	/** What the last one moved goes back. */
	async #goBack(): Promise<void> {
		const [last] = rowsOf(`SELECT id FROM migration WHERE state IN ('done', 'stopped') ORDER BY started_at DESC, id LIMIT 1`);
		const of = last && (await readMigration(truth, 'w1', last['id'] as string));
		if (of) await this.#decide([bumpSeq('w1'), ...beginReturn(of, { by: 'u1', name: null, reason: 'simulated' }, this.#world.now)]);
	}

	/** Nothing is paused any more. */
	async goOn(): Promise<void> {
		rowsOf('UPDATE workspace SET is_paused = 0');
		rowsOf(`UPDATE activation SET state = 'active'`);
	}

	/** Stops every run of which nothing is under way. */
	async stopIdle(): Promise<void> {
		const idle = rowsOf(`SELECT id FROM run WHERE state IN ('running', 'waiting') AND NOT EXISTS (SELECT 1 FROM job WHERE run_id = run.id AND (token IS NOT NULL OR attempt > 0)) ORDER BY id`);
		for (const { id } of idle) if (await this.#order(id, { kind: 'stop' })) this.stoppedAt.set(id, this.#world.now);
	}

	/** Every run that somebody paused goes on. */
	async resumeAll(): Promise<void> {
		for (const { id } of rowsOf(`SELECT id FROM run WHERE state = 'paused' ORDER BY id`)) await this.#resume(id);
	}

	async #resume(runId: string): Promise<void> {
		const missed = this.#world.fate.pick(missedChoices);
		if (await this.#order(runId, { kind: 'resume', missed })) this.shifted.add(`${runId}:${this.#last(runId)}`);
	}

	#last = (runId: string): number => rowsOf('SELECT MAX(number) AS number FROM step WHERE run_id = :runId', { runId })[0]!['number'] as number;

	/** Whether an order was allowed, and carried out. */
	async #order(runId: string, order: Order): Promise<boolean> {
		const ordered = await orderRun(truth, { workspace: 'w1', runId, by: 'u1', reason: 'simulated', now: this.#world.now }, order);
		return ordered.isAllowed && this.#decide(ordered.statements);
	}

	/** Tasks are done, this share of the open ones. */
	async finishTasks(share: number): Promise<void> {
		for (const { id, customer_id: customerId, title } of rowsOf(`SELECT id, customer_id, title FROM task WHERE state = 'open' AND question IS NULL ORDER BY id`))
			if (this.#world.fate.often(share)) await this.#decide(completeTask({ workspace: 'w1', taskId: id, userId: 'u1', now: this.#world.now, eventId: `done-${id}`, customerId, title }));
	}

	/** As the server's commands do: one guarded batch, or nothing. */
	async #decide(statements: Statement[]): Promise<boolean> {
		try {
			await commit(truth, statements);
			return true;
		} catch (error) {
			if (isGuardLost(error)) return false;
			throw error;
		}
	}
}
