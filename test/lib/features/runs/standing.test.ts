import { expect, test } from 'vitest';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { ListedRun } from '#domain/engine/listed-run.ts';
import { standingOf, whyNot, type Others } from '../../../../src/lib/features/runs/standing.ts';
import type { OrderKind } from '../../../../src/lib/features/runs/orders.ts';

const now = 1_800_000_000_000;
const runs: ListedRun[] = [];
const aRun = (state: ListedRun['state'], more: Partial<ListedRun> = {}): ListedRun => {
	const run = { id: `r${runs.length}`, playbookId: 'p1', version: 1, subjectType: 'customer', subjectId: `c${runs.length}`, state, hasErrors: false, epoch: 1, rootRunId: '', parentRunId: null, depth: 0, nextStepId: null, nextDueAt: null, startedAt: 0, endedAt: null, pausedAt: state === 'paused' ? 1 : null, ...more };
	runs.push(run);
	return run;
};
const kinds: OrderKind[] = ['retry', 'resume', 'pause', 'skip', 'again', 'stop'];
const others: Others = { isActive: (id) => id === 'p1', isIn: (_, customer) => customer === 'busy' };
const offered = (run: ListedRun, state: 'scheduled' | 'waiting' | 'failed' | 'unknown' | 'done', dueAt = now - 1) => {
	const standing = standingOf(run, { number: 1, stepId: 's', state, dueAt }, { timeZone: 'UTC', now });
	return kinds.filter((kind) => whyNot(kind, run, standing, others) === null);
};

test('RU3, ADR 24: what is offered for a run of a list is what the server’s rule allows', () => {
	expect(offered(aRun('running'), 'scheduled')).toEqual(['pause', 'stop']);
	expect(offered(aRun('running'), 'scheduled', now + 1)).toEqual(['pause', 'skip', 'stop']);
	expect(offered(aRun('waiting'), 'waiting')).toEqual(['pause', 'skip', 'stop']);
	expect(offered(aRun('paused'), 'scheduled')).toEqual(['resume', 'stop']);
	expect(offered(aRun('failed'), 'failed')).toEqual(['retry', 'skip', 'stop']);
	// Nobody knows what became of it: tried again only once that is settled (R12).
	expect(offered(aRun('failed'), 'unknown')).toEqual(['skip', 'stop']);
	expect(offered(aRun('completed', { endedAt: 1 }), 'done')).toEqual(['again']);
});

test('RU3, R12: waiting out a failed try, a run may be taken elsewhere, unless something of it may be on its way', () => {
	const definition = { steps: [{ id: 'b', kind: 'stop' }] } as unknown as PlaybookDefinition;
	const reason = (nextDueAt: number, isSending: boolean) => {
		const run = aRun('running', { nextDueAt });
		return whyNot('jump', run, standingOf(run, { number: 1, stepId: 's', state: 'scheduled', dueAt: now - 1 }, { definition, isSending, timeZone: 'UTC', now }), others, 'b');
	};
	expect([reason(now + 1, false), reason(now + 1, true), reason(now - 1, false)]).toEqual([null, 'on-its-way', 'on-its-way']);
});

test('RU5: it is run again where its playbook is active, and never twice at once', () => {
	const reason = (more: Partial<ListedRun>) => {
		const run = aRun('stopped', more);
		return whyNot('again', run, standingOf(run, undefined, { timeZone: 'UTC', now }), others);
	};
	expect([reason({}), reason({ playbookId: 'p2' }), reason({ subjectId: 'busy' })]).toEqual([null, 'not-active', 'running']);
});
