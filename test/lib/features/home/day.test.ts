import { expect, test } from 'vitest';
import type { MirrorRows } from '../../../../src/domain/mirror.ts';
import { day, renewals, upcoming } from '../../../../src/lib/features/home/day.ts';

const now = 1_800_000_000_000;
const customer = (id: string, renewalAt: number | null, owner = 'ada'): MirrorRows['customer'] => ({ id, name: id, domain: null, externalId: null, parentId: null, stage: null, stageSince: null, owner, tags: [], team: [], custom: {}, mrr: 1, renewalAt, createdAt: 0, updatedAt: 0 });
const run = (id: string, nextDueAt: number | null, state: MirrorRows['run']['state'] = 'running'): MirrorRows['run'] => ({ id, playbookId: 'p', version: 1, subjectType: 'customer', subjectId: 'c', state, hasErrors: false, epoch: 1, rootRunId: id, parentRunId: null, depth: 0, cause: { by: 'schedule', occurrence: '' }, nextStepId: null, nextDueAt, startedAt: 0, endedAt: null });

test('renewals: within 90 days or just missed, the nearest first, mine when asked', () => {
	const rows = [customer('far', now + 91 * day), customer('soon', now + 3 * day), customer('missed', now - 2 * day), customer('old', now - 30 * day), customer('none', null), customer('other', now + day, 'bo')];
	expect(renewals(rows, null, now).map((row) => row.id)).toEqual(['missed', 'other', 'soon']);
	expect(renewals(rows, 'ada', now).map((row) => row.id)).toEqual(['missed', 'soon']);
});
test('what goes out: runs under way whose next step is due within a day', () => {
	const rows = [run('b', now + 5 * 3_600_000), run('a', now + 60_000), run('late', now + 2 * day), run('failed', now, 'failed'), run('never', null)];
	expect(upcoming(rows, () => true, now).map((row) => row.id)).toEqual(['a', 'b']);
	expect(upcoming(rows, (row) => row.id === 'b', now).map((row) => row.id)).toEqual(['b']);
});
