/** The engine's parts under a clock of the test's own, on a real store, with a small book (test/db/engine-book.ts). */
import { and, asc, eq } from 'drizzle-orm';
import { Breaker } from '#party/breaker.ts';
import type { Engine } from '#party/engine.ts';
import { Owed } from '#party/owed.ts';
import type { Settings } from '#party/settings.ts';
import { drain } from '#party/drain.ts';
import { work } from '#party/work.ts';
import { event, intent, job, mail, run, step, task, workspace } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { insertEvent } from '#db/events.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { openBook, type Book } from '../db/engine-book.ts';

export type Bench = Book & {
	engine: Engine;
	/** ms; `bench.now += …` passes time. */
	now: number;
	logged: { what: string; about: Record<string, unknown> }[];
	record: (one: RecordedEvent) => Promise<void>;
	/** Drains and works until both are idle. */
	settle: () => Promise<void>;
	runs: (playbookId?: string) => Promise<(typeof run.$inferSelect)[]>;
	steps: (runId: string) => Promise<(typeof step.$inferSelect)[]>;
	jobs: () => Promise<(typeof job.$inferSelect)[]>;
	intents: () => Promise<(typeof intent.$inferSelect)[]>;
	mails: () => Promise<(typeof mail.$inferSelect)[]>;
	tasks: () => Promise<(typeof task.$inferSelect)[]>;
	seq: () => Promise<number>;
	undrained: () => Promise<number>;
};

export const openBench = async (settings: Partial<Settings> = {}, options: Parameters<typeof openBook>[0] = {}): Promise<Bench> => {
	const book = await openBook(options);
	const { database } = book;
	let tokens = 0;
	const bench = { ...book, now: Date.UTC(2026, 10, 23, 9), logged: [] as Bench['logged'] } as Bench;
	bench.engine = {
		database,
		workspace: 'w1',
		shard: 0,
		settings: { ROOMS_URL: 'http://127.0.0.1:9', ROOMS_SECRET: 'a-secret-for-tests-of-rooms', LIBSQL_URL: book.address.url, RESEND_URL: 'http://127.0.0.1:9', ...settings } as Settings,
		now: () => bench.now,
		clock: null,
		random: () => 0.5,
		newToken: () => `token-${++tokens}-${Math.random()}`,
		log: (what, about, error) => void bench.logged.push({ what, about: { ...about, ...(error ? { error: String(error) } : {}) } }),
		breaker: new Breaker(),
		owed: new Owed(),
	};
	bench.record = async (one) => void (await commit(database, [bumpSeq('w1'), insertEvent('w1', one)]));
	bench.settle = async () => {
		while ((await drain(bench.engine, bench.now + 25_000)) + (await work(bench.engine, bench.now + 25_000)) > 0);
	};
	bench.runs = (playbookId) =>
		database
			.select()
			.from(run)
			.where(playbookId ? eq(run.playbookId, playbookId) : undefined)
			.orderBy(asc(run.startedAt));
	bench.steps = (runId) => database.select().from(step).where(eq(step.runId, runId)).orderBy(asc(step.number));
	bench.jobs = () => database.select().from(job).orderBy(asc(job.id));
	bench.intents = () => database.select().from(intent).orderBy(asc(intent.key));
	bench.mails = () => database.select().from(mail).orderBy(asc(mail.id));
	bench.tasks = () => database.select().from(task).orderBy(asc(task.createdAt));
	bench.seq = async () => (await database.select({ seq: workspace.seq }).from(workspace).where(eq(workspace.id, 'w1')))[0]!.seq;
	bench.undrained = async () => (await database.select().from(event).where(and(eq(event.workspace, 'w1')))).filter((one) => one.drainedAt === null).length;
	return bench;
};

export const waitFor = (minutes: number, id = 'wait'): Step => ({ id, kind: 'wait', params: { mode: 'for', amount: minutes, unit: 'minutes' } });
export const mailTo = (role = 'champion', id = 'mail', subject = 'Welcome, {{ contact.name }}'): Step => ({
	id,
	kind: 'action',
	action: 'send-email',
	params: { recipients: [role], strategy: 'individualised', sender: { kind: 'owner' }, subject, body: '<p>Hello {{ contact.name }} of {{ customer.name }}</p>', cc: [], bcc: [] },
});
export const taskFor = (isWaiting: boolean, id = 'task'): Step => ({
	id,
	kind: 'action',
	action: 'create-task',
	params: { title: 'Call {{ customer.name }}', description: '', assignees: { kind: 'owner' }, dueInDays: 2, isWaiting },
});
export const callTo = (url: string, id = 'hook'): Step => ({ id, kind: 'action', action: 'call-webhook', params: { method: 'POST', url, headers: [], body: '{ "customer": "{{ customer.name }}" }' } });
export const changeStage = (stage: string, id = 'change'): Step => ({ id, kind: 'action', action: 'change-customer', params: { set: [{ field: 'stage', value: stage }], addTags: [], removeTags: [] } });
export const runOther = (playbook: string, isWaiting: boolean, id = 'other'): Step => ({ id, kind: 'action', action: 'run-playbook', params: { playbook, isWaiting } });
