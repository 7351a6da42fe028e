/** A small workspace in a real store, for the tests of the engine's queries and of the automation. */
import { randomBytes } from 'node:crypto';
import { openDatabase, type Database } from '../../db/client.ts';
import { applyMigrations } from '../../db/migrate.ts';
import { startServer } from '../../db/server.ts';
import { orderRun, type Control } from '../../db/control.ts';
import { commit } from '../../db/statement.ts';
import * as schema from '../../db/schema/index.ts';
import type { PlaybookDefinition, Step } from '../../src/domain/documents/playbook/definition.ts';
import type { Order } from '../../src/domain/engine/control.ts';
import type { Run } from '../../src/domain/engine/run.ts';
import type { RecordedEvent } from '../../src/domain/events/event.ts';

export type Book = { database: Database; address: { url: string; authToken: string }; workspace: string; close: () => Promise<void> };

/** Opens a store with the schema and one workspace. `file` keeps it (for kill tests), otherwise it ends with the test. */
export const openBook = async (options: { file?: string; fetch?: typeof fetch } = {}): Promise<Book> => {
	const token = randomBytes(8).toString('hex');
	const server = await startServer({ file: options.file ?? ':memory:', port: 0, token });
	const address = { url: server.url, authToken: token };
	await applyMigrations(address);
	const database = openDatabase({ ...address, ...(options.fetch ? { fetch: options.fetch } : {}) });
	await fillWorkspace(database, 'w1');
	return {
		database,
		address,
		workspace: 'w1',
		close: async () => {
			database.$client.close();
			await server.close();
		},
	};
};

/** A workspace in Paris with two stages and one person. */
export const fillWorkspace = async (database: Database, id: string): Promise<void> => {
	await database.insert(schema.workspace).values({ id, name: 'Northwind', slug: id, createdAt: new Date(0), mailFrom: 'Camille <camille@northwind.test>' });
	await database.insert(schema.stage).values([
		{ workspace: id, seq: 0, id: `${id}_s1`, name: 'Onboarding', position: 1, colour: '#888888' },
		{ workspace: id, seq: 0, id: `${id}_s2`, name: 'Live', position: 2, colour: '#888888' },
	]);
	await database.insert(schema.person).values({ workspace: id, seq: 0, id: 'u1', name: 'Camille Roche', email: 'camille@northwind.test', role: 'csm', colour: '#2563eb' });
};

/** A customer row, with one contact who has an address. */
export const addCustomer = async (database: Database, workspace: string, id: string, values: Partial<typeof schema.customer.$inferInsert> = {}): Promise<void> => {
	await database.batch([
		database.insert(schema.customer).values({
			workspace,
			seq: 1,
			id,
			name: `Company ${id}`,
			stage: `${workspace}_s1`,
			stageSince: 1_000,
			owner: 'u1',
			tags: [],
			team: [],
			custom: {},
			mrr: 100,
			createdAt: 1_000,
			updatedAt: 1_000,
			...values,
		}),
		database.insert(schema.contact).values({
			workspace,
			seq: 1,
			id: `contact_${id}`,
			customerId: id,
			name: 'Ana Costa',
			email: `ana@${id.replaceAll('_', '-')}.test`,
			roles: ['champion'],
			tags: [],
			custom: {},
			createdAt: 1_000,
		}),
	]);
};

export const definitionOf = (steps: Step[], over: Partial<PlaybookDefinition> = {}): PlaybookDefinition => ({
	name: 'Welcome',
	description: '',
	subject: 'customer',
	trigger: { type: 'manual', params: {} },
	filters: { id: 'filters', kind: 'group', mode: 'all', items: [] },
	entry: { rule: 'after-end' },
	steps,
	...over,
});

/** A published, active playbook. */
export const addPlaybook = async (database: Database, workspace: string, id: string, definition: PlaybookDefinition): Promise<void> => {
	await database.batch([
		database.insert(schema.playbookVersion).values({ workspace, seq: 1, id: `${id}_v1`, playbookId: id, version: 1, definition, hash: 'h', note: '', author: 'u1', changes: [], publishedAt: 1 }),
		database.insert(schema.activation).values({ workspace, seq: 1, id, state: 'active', version: 1, triggerType: definition.trigger!.type, activatedAt: 1, activatedBy: 'u1' }),
	]);
};

export const runOf = (workspace: string, id: string, playbookId: string, subjectId: string, over: Partial<Run> = {}): Run => ({
	id,
	workspace,
	playbookId,
	version: 1,
	subjectType: 'customer',
	subjectId,
	dedupKey: `key:${id}`,
	state: 'running',
	hasErrors: false,
	epoch: 1,
	rootRunId: id,
	parentRunId: null,
	depth: 0,
	lineage: [`${playbookId}:${subjectId}`],
	cause: { by: 'person', userId: 'u1' },
	vars: {},
	startedAt: 1_000,
	endedAt: null,
	...over,
});

export const stageChanged = (workspace: string, id: string, customerId: string, over: Partial<RecordedEvent> = {}): RecordedEvent => ({
	id,
	type: 'customer.stage-changed',
	subjectType: 'customer',
	subjectId: customerId,
	customerId,
	at: 2_000,
	actor: { kind: 'user', id: 'u1' },
	cause: null,
	data: { field: 'stage', from: `${workspace}_s1`, to: `${workspace}_s2` },
	...over,
});

/** Carries an order out on a run, as the commands do: null, or the code of why it can't be. Aborted when the run moves on in between. */
export const orderNow = async (database: Database, control: Control, order: Order): Promise<string | null> => {
	const ordered = await orderRun(database, control, order);
	if (!ordered.isAllowed) return ordered.code;
	await commit(database, ordered.statements);
	return null;
};
