/** The bench of work.test.ts and work-interrupted.test.ts: one customer, a mail provider and a receiver of webhooks, opened anew for each test. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { run, workspace } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startReceiver, type Receiver } from '../providers/receiver.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { openBench, type Bench } from './bench.ts';

export let bench: Bench;
export let resend: FakeResend;
export let receiver: Receiver;

/** Opens them for each test of the file that calls this. */
export function openForEach(): void {
	beforeEach(async () => {
		[resend, receiver] = await Promise.all([startResend(), startReceiver()]);
		bench = await openBench({ RESEND_URL: resend.url });
		await addCustomer(bench.database, 'w1', 'c1');
	});
	afterEach(async () => {
		await Promise.all([bench.close(), resend.close(), receiver.close()]);
	});
}

/** Starts a run of these steps on c1. */
export const start = async (steps: Step[], id = 'r1', playbook = 'p1') => {
	await addPlaybook(bench.database, 'w1', playbook, definitionOf(steps));
	const first = steps[0]!;
	const dueAt = first.kind === 'wait' && first.params.mode === 'for' ? bench.now + first.params.amount! * 60_000 : bench.now;
	await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, playbook, 'c1', { startedAt: bench.now }), { stepId: first.id, dueAt })]);
};
export const theRun = async (id = 'r1') => (await bench.database.select().from(run).where(eq(run.id, id)))[0]!;
export const withKey = () => bench.database.update(workspace).set({ resendKey: 're_test' });
export const control = (runId = 'r1') => ({ workspace: 'w1', runId, by: 'u1', reason: 'test', now: bench.now });
