/** Runs in thousands, put into a store by SQL: the rows that enrolment writes, only many at a time. */
import type { Database } from '../../../db/client.ts';
import type { Step } from '../../../src/domain/documents/playbook/definition.ts';
import { addPlaybook, definitionOf, fillWorkspace } from '../../db/engine-book.ts';

/** A record is in a playbook once, so more runs than this take more playbooks. */
const customers = 10_000;
/** Rows of one statement: the server answers nobody else meanwhile. */
const chunk = 50_000;

const series = (from: number, to: number) => `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${to})`;

export type ManyRuns = {
	/** Begins its runs' ids (`kind_0`, `kind_1` …) and its playbooks'. Each kind is added once. */
	kind: string;
	count: number;
	steps: Step[];
	/** When the first step of the first run is due, ms UTC, and how many ms later than the one before each other's. */
	dueAt: number;
	apartMs?: number;
};

/** A workspace `w1` with 10,000 customers, each with a contact. */
export const fillBook = async (database: Database): Promise<void> => {
	await fillWorkspace(database, 'w1');
	await addCustomers(database);
};

/** The customers alone, into a workspace `w1`. */
export const addCustomers = async (database: Database): Promise<void> => {
	await database.$client.batch([
		`${series(0, customers)} INSERT INTO customer (workspace, seq, id, name, stage, stage_since, owner, tags, team, custom, mrr, created_at, updated_at)
		 SELECT 'w1', 1, 'customer_' || i, 'Company ' || i, 'w1_s1', 1000, 'u1', '[]', '[]', '{}', 100, 1000, 1000 FROM n`,
		`${series(0, customers)} INSERT INTO contact (workspace, seq, id, customer_id, name, email, roles, tags, custom, created_at)
		 SELECT 'w1', 1, 'contact_' || i, 'customer_' || i, 'Ana Costa', 'ana@c' || i || '.test', '["champion"]', '[]', '{}', 1000 FROM n`,
	], 'write');
};

/** Puts runs into `fillBook`'s workspace. */
export const addRuns = async (database: Database, { kind, count, steps, dueAt, apartMs = 0 }: ManyRuns): Promise<void> => {
	for (let n = 0; n < Math.ceil(count / customers); n++) await addPlaybook(database, 'w1', `${kind}_p${n}`, definitionOf(steps));
	const first = steps[0]!.id;
	const playbook = `'${kind}_p' || (i / ${customers})`;
	const customer = `'customer_' || (i % ${customers})`;
	const due = `CAST(${dueAt} + i * ${apartMs} AS INTEGER)`;
	for (let from = 0; from < count; from += chunk) {
		const n = series(from, Math.min(count, from + chunk));
		await database.$client.batch([
			'UPDATE workspace SET seq = seq + 1',
			`${n} INSERT INTO run (id, workspace, seq, playbook_id, version, subject_type, subject_id, dedup_key, state, root_run_id, depth, lineage, cause, vars, next_step_id, next_due_at, started_at)
			 SELECT '${kind}_' || i, 'w1', (SELECT seq FROM workspace), ${playbook}, 1, 'customer', ${customer}, '${kind}:' || i, 'running', '${kind}_' || i, 0,
				json_array(${playbook} || ':' || ${customer}), '{"by":"person","userId":"u1"}', '{}', '${first}', ${due}, ${Date.now()} FROM n`,
			`${n} INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at) SELECT '${kind}_' || i || ':1', 'w1', (SELECT seq FROM workspace), '${kind}_' || i, 1, '${first}', 'scheduled', ${due} FROM n`,
			`${n} INSERT INTO job (workspace, shard, kind, run_id, number, due_at, visible_at, epoch) SELECT 'w1', 0, 'step', '${kind}_' || i, 1, ${due}, ${due}, 1 FROM n`,
		], 'write');
	}
};
