/** What the engine tells of itself: structured lines, and lateness counted at each claim (R24). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LatenessTally, logLine, traceLog, type Trace } from '#party/trace.ts';
import { enrolRun } from '#db/entries.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { startReceiver, type Receiver } from '../providers/receiver.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { callTo, openBench, type Bench } from './bench.ts';

let bench: Bench;
let receiver: Receiver;
let traced: Trace[];
beforeEach(async () => {
	[bench, receiver] = await Promise.all([openBench(), startReceiver()]);
	traced = [];
	bench.engine.trace = (one) => void traced.push(one);
	await addCustomer(bench.database, 'w1', 'c1');
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([callTo(receiver.url)]));
	await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1', { startedAt: bench.now }), { stepId: 'hook', dueAt: bench.now })]);
});
afterEach(() => Promise.all([bench.close(), receiver.close()]));

test('R24: a claim tells how late it is, a later try does not; every event names run, number and intent', async () => {
	receiver.replies.push({ status: 503 });
	bench.now += 700;
	await bench.settle();
	bench.now += 60_000;
	await bench.settle();
	expect(traced.map((one) => [one.event, one.run, one.number, 'lateMs' in one ? one.lateMs : 'outcome' in one ? one.outcome : 'state' in one ? one.state : null])).toEqual([
		['claimed', 'r1', 1, 700],
		['sending', 'r1', 1, null],
		['claimed', 'r1', 1, null],
		['sending', 'r1', 1, null],
		['settled', 'r1', 1, 'done'],
		['committed', 'r1', 1, 'next'],
	]);
	const [intent] = await bench.intents();
	expect(traced.flatMap((one) => ('intent' in one ? [one.intent] : []))).toEqual([intent!.key, intent!.key, intent!.key]);
});

test('R24: a job whose worker died is as late as its own time says', async () => {
	await bench.database.$client.execute(`UPDATE job SET token = 'dead', attempt = 1, visible_at = visible_at + 60000`);
	bench.now += 60_000;
	await bench.settle();
	expect(traced[0]).toMatchObject({ event: 'claimed', attempt: 2, lateMs: 60_000 });
});

test('lines are JSON with level, workspace and ids, from a level on, without anybody’s address', () => {
	const lines: string[] = [];
	const write = traceLog('w1', 'info', (line) => void lines.push(line));
	write({ event: 'claimed', job: 1, kind: 'step', run: 'r1', number: 1, attempt: 1, lateMs: 3 });
	write({ event: 'settled', run: 'r1', number: 1, intent: 'key', kind: 'mail', state: 'done', ms: 20 });
	expect(lines.map((line) => JSON.parse(line))).toEqual([{ level: 'info', at: expect.any(String), workspace: 'w1', event: 'settled', run: 'r1', number: 1, intent: 'key', kind: 'mail', state: 'done', ms: 20 }]);
	expect(logLine('warn', 'w1', { error: 'Invalid `to`: Ana <ana.costa@acme.test>, refused' })).toContain('Ana <…@…>, refused');
});

test('a tally is taken once', () => {
	const tally = new LatenessTally();
	tally.note(5, 120_000);
	tally.note(9, 179_999);
	tally.note(40, 180_000);
	expect(tally.take()).toEqual([{ minute: 2, bucket: 0, count: 2, worst: 9 }, { minute: 3, bucket: 2, count: 1, worst: 40 }]);
	expect(tally.take()).toEqual([]);
});
