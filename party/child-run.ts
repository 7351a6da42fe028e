/** Another playbook's run on the same record, as rows of the batch that asks for it (AC12): truly once. */
import type { Statement } from '#db/statement.ts';
import { assertNotIn, assertTakes, enrolRun, historyKey, readHistories } from '#db/entries.ts';
import { activePlaybooks } from '#db/runs.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import { keepRefusal } from '#db/refusals.ts';
import { enrol } from '#domain/engine/enrol.ts';
import { errorText } from '#domain/engine/error.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { Run } from '#domain/engine/run.ts';
import { idFrom, truthOf, type Engine } from './engine.ts';

export type ChildRun = { statements: Statement[]; response: { runId: string | null; refusal?: string } | null; error: string | null };

/**
 * Its rows, or why there are none: an inactive playbook is an error (`errorText`), a record that may not enter is an answer. The rows abort the batch when the playbook was
 * paused or deactivated since it was read (PB4), or somebody was faster to let the record in (RU5).
 */
export const childRun = async (engine: Engine, parent: Run, { playbookId, subjectId }: Extract<IntentRequest, { kind: 'run' }>, key: string, now: number): Promise<ChildRun> => {
	const [playbook] = await activePlaybooks(engine.database, engine.workspace, playbookId);
	if (!playbook) return { statements: [], response: null, error: errorText('playbook-inactive') };
	const { settings, one } = await truthOf(engine, subjectId);
	if (!one) return { statements: [], response: null, error: errorText('record-gone') };
	const histories = await readHistories(engine.database, engine.workspace, [playbookId], [subjectId], now);
	const cause = { by: 'run', runId: parent.id, playbookId: parent.playbookId } as const;
	const by = { runId: parent.id, rootRunId: parent.rootRunId, depth: parent.depth, lineage: parent.lineage };
	const enrolment = enrol({
		workspace: engine.workspace,
		playbookId,
		version: playbook.version,
		definition: playbook.definition,
		cause,
		parent: by,
		facts: factsFromRows(one, settings),
		now,
		runId: await idFrom('run_', key),
		history: histories.get(historyKey(playbookId, subjectId))!,
	});
	if (!enrolment.enters) {
		const refused = keepRefusal({ workspace: engine.workspace, playbookId, version: playbook.version, subjectId, code: enrolment.code, at: now, cause, filters: enrolment.filters, parent: by });
		return { statements: [refused], response: { runId: null, refusal: enrolment.code }, error: null };
	}
	return { statements: [assertTakes(playbookId), assertNotIn(enrolment.run), ...enrolRun(enrolment.run, enrolment.first, engine.shard)], response: { runId: enrolment.run.id }, error: null };
};
