/** Which customers enter a playbook: by the same engine as events do, over rows read now. */
import { enrolRun, historyKey, readHistories } from '#db/entries.ts';
import { readTruthPage, type Truth } from '#db/facts.ts';
import type { Statement } from '#db/statement.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { enrol, type Enrolment } from '#domain/engine/enrol.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { RunCause } from '#domain/engine/run.ts';
import type { Database } from '#db/client.ts';
import { derivedId, type Deciding } from './decision.ts';

export type Playbook = { playbookId: string; version: number; definition: PlaybookDefinition };
export type Judged = { customerId: string; enrolment: Enrolment };

/** How many customers are read and enrolled at a time. */
const pageSize = 250;

/** Judges these customers: who enters, with the run that begins, and who does not, with the reason. */
export async function judge({ db, member, now, commandId }: Pick<Deciding<unknown>, 'db' | 'member' | 'now' | 'commandId'>, playbook: Playbook, cause: RunCause, truth: Truth, isAgain = false): Promise<Judged[]> {
	const ids = truth.customers.map(({ customer }) => customer.id);
	const histories = await readHistories(db, member.workspaceId, [playbook.playbookId], ids, now);
	return Promise.all(
		truth.customers.map(async (rows) => {
			const customerId = rows.customer.id;
			const history = histories.get(historyKey(playbook.playbookId, customerId))!;
			const runId = await derivedId('run', commandId, customerId);
			const enrolment = enrol({ ...playbook, workspace: member.workspaceId, cause, parent: null, facts: factsFromRows(rows, truth.settings), now, runId, history, isAgain });
			return { customerId, enrolment };
		}),
	);
}

/** The statements of those who enter. */
export const enrolments = (judged: Judged[]): Statement[] => judged.flatMap(({ enrolment }) => (enrolment.enters ? enrolRun(enrolment.run, enrolment.first) : []));

/** Every customer of the workspace, page by page. */
export async function* wholeBook(db: Database, workspaceId: string): AsyncGenerator<Truth> {
	for (let after: string | null = null; ; ) {
		const truth: Truth | null = await readTruthPage(db, workspaceId, after, pageSize);
		if (!truth || truth.customers.length === 0) return;
		yield truth;
		if (truth.customers.length < pageSize) return;
		after = truth.customers.at(-1)!.customer.id;
	}
}
