/** Moving running runs to another version (BE2): what it would do, beginning it, calling it off, and undoing it. The automation room carries it out. */
import { beginReturn, assertState, countElsewhere, insertMigration, isMigrating, readMigration, setState } from '#db/migration-rows.ts';
import { readElsewhere } from '#db/migrating.ts';
import { readDefinitions, readVersion } from '#db/playbooks.ts';
import { forBatch } from '#db/statement.ts';
import type { MigrationPreview, MigrationStep } from '#domain/commands/preview-migration.ts';
import { isSameStep, migrate, type StepMap } from '#domain/engine/migrate.ts';
import { allSteps, findStep } from '#domain/engine/next-step.ts';
import { accepted, derivedId, held, refused, type Handler } from './decision.ts';

type Map = { playbookId: string; version: number; map: StepMap };

/** A step of the map that neither it nor the runs' versions know, or a place that the new version hasn't: a slip that would leave runs where they are. */
const strange = (map: StepMap, known: (id: string) => boolean): string | undefined => Object.values(map).flatMap((one) => (one.how === 'move' ? [one.to] : [])).find((id) => !known(id));

/** A read: counts by step, judged by the rule that moves them. Times aren't asked for. */
export const previewMigration: Handler<Map> = async ({ db, args, member, now }) => {
	const { playbookId, map } = args;
	const target = await readVersion(db, member.workspaceId, playbookId, args.version);
	if (!target) return refused('no-such-version');
	const gone = strange(map, (id) => findStep(target.definition, id) !== null);
	if (gone !== undefined) return refused('no-such-step', { stepId: gone });
	const [definitions, runs] = await Promise.all([readDefinitions(db, member.workspaceId, playbookId), readElsewhere(db, member.workspaceId, playbookId, target.version, now)]);
	const steps = new Map<string, MigrationStep>();
	for (const run of runs) {
		const definition = definitions.get(run.version) ?? null;
		const stepId = run.step?.stepId ?? '';
		const step = definition && findStep(definition, stepId);
		const one = steps.get(stepId) ?? { stepId, step, versions: [], isSame: true, count: 0, outcomes: {} };
		const word = migrate(map, { ...run, definition, target, facts: null });
		const outcome = word.isAllowed ? word.how : word.code;
		one.count++;
		one.outcomes[outcome] = (one.outcomes[outcome] ?? 0) + 1;
		one.isSame &&= isSameStep(step, findStep(target.definition, stepId));
		if (!one.versions.includes(run.version)) one.versions.push(run.version);
		if (run.version === Math.max(...one.versions)) one.step = step;
		steps.set(stepId, one);
	}
	const newest = definitions.get(Math.max(0, ...runs.map(({ version }) => version)));
	const order = new Map([...allSteps(target.definition.steps), ...allSteps(newest?.steps ?? [])].map(({ id }, n) => [id, n]));
	const result: MigrationPreview = { total: runs.length, targets: allSteps(target.definition.steps), steps: [...steps.values()].sort((a, b) => (order.get(a.stepId) ?? Infinity) - (order.get(b.stepId) ?? Infinity)) };
	return accepted([], { result });
};

export const migrateRuns: Handler<Map & { reason: string }> = async ({ db, args, member, now, commandId }) => {
	const { playbookId, map, reason } = args;
	const { workspaceId: workspace, user, isProgram } = member;
	const target = await readVersion(db, workspace, playbookId, args.version);
	if (!target) return refused('no-such-version');
	const gone = strange(map, (id) => findStep(target.definition, id) !== null);
	if (gone !== undefined) return refused('no-such-step', { stepId: gone });
	if (await isMigrating(db, workspace, playbookId)) return held('migrating');
	const total = await countElsewhere(db, workspace, playbookId, target.version);
	if (total === 0) return refused('nobody-to-move');
	const id = await derivedId('migration', commandId);
	const made = { id, workspace, playbookId, version: target.version, map, by: user.id, name: isProgram ? user.name : null, reason, total, startedAt: now };
	return accepted(forBatch(db, insertMigration(made)), { result: { migrationId: id, total }, wakes: true });
};

export const cancelMigration: Handler<{ migrationId: string }> = async ({ db, args, member, now }) => {
	const of = await readMigration(db, member.workspaceId, args.migrationId);
	if (!of) return refused('no-such-migration');
	if (of.state !== 'moving') return held('migration-over', { state: of.state });
	return accepted(forBatch(db, [assertState(of.id, 'moving'), setState(member.workspaceId, of.id, 'stopped', now)]));
};

/** Whoever undoes it is who the runs' histories name. */
export const rollBackMigration: Handler<{ migrationId: string; reason: string }> = async ({ db, args, member, now }) => {
	const of = await readMigration(db, member.workspaceId, args.migrationId);
	if (!of) return refused('no-such-migration');
	if (of.state !== 'done' && of.state !== 'stopped') return held('migration-over', { state: of.state });
	if (await isMigrating(db, member.workspaceId, of.playbookId)) return held('migrating');
	const by = { by: member.user.id, name: member.isProgram ? member.user.name : null, reason: args.reason };
	return accepted(forBatch(db, beginReturn(of, by, now)), { result: { migrationId: of.id }, wakes: true });
};
