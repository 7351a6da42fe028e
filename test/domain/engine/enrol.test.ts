import { describe, expect, it } from 'vitest';
import type { RunCause } from '#domain/engine/run.ts';
import { deepest, enrol, mostPerMinute, type Entry, type History } from '#domain/engine/enrol.ts';
import { isReentry, lineageKey } from '#domain/engine/match.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { day, factsOf, noon } from '../facts.ts';
import { playbook, task, wait, when } from './playbooks.ts';

const byEvent: RunCause = { by: 'event', eventId: 'event_1', eventType: 'customer.stage-changed', data: {}, subjectId: 'customer_acme', at: noon, actor: { kind: 'user', id: 'user_ann' } };
const byPerson: RunCause = { by: 'person', userId: 'user_ann' };
const byRun: RunCause = { by: 'run', runId: 'run_0', playbookId: 'playbook_0' };
const bySchedule: RunCause = { by: 'schedule', occurrence: 'day@09:00:2026-03-18' };
const never: History = { hasEntered: false, isRunning: false, lastEnteredAt: null, lastEndedAt: null, startedLastMinute: 0 };
const once = { hasEntered: true, lastEnteredAt: noon - 3 * day, lastEndedAt: noon - 2 * day };
const parent = (depth: number, ...lineage: string[]) => ({ runId: 'run_0', rootRunId: 'run_root', depth, lineage });
const entry = (change: Partial<Omit<Entry, 'definition' | 'history'>> & { definition?: Partial<PlaybookDefinition>; history?: Partial<History> } = {}): Entry => ({
	workspace: 'workspace', playbookId: 'playbook_a', version: 3, cause: byEvent, parent: null, facts: factsOf(), now: noon, runId: 'run_1', ...change,
	definition: playbook([task('a')], change.definition), history: { ...never, ...change.history },
});
const code = (change: Parameters<typeof entry>[0]) => {
	const outcome = enrol(entry(change));
	return outcome.enters ? 'enters' : outcome.code;
};

describe('RU5, R19: who enters', () => {
	const every = { entry: { rule: 'every' as const, days: 7 } };
	const onlyOnce = { entry: { rule: 'once' as const } };
	const closed = { filters: when(false) };
	it.each<[string, Parameters<typeof entry>[0], string]>([
		['a first time', {}, 'enters'],
		['filters that don’t hold', { definition: closed }, 'filters'],
		['filters hold for a schedule, too', { definition: closed, cause: bySchedule }, 'filters'],
		['filters hold for those that match on activation', { definition: closed, cause: { by: 'activation', userId: 'u' } }, 'filters'],
		['a person ignores filters', { definition: closed, cause: byPerson }, 'enters'],
		['a step of another playbook ignores filters', { definition: closed, cause: byRun, parent: parent(1) }, 'enters'],
		['never twice at once', { history: { isRunning: true } }, 'running'],
		['not even by a person', { cause: byPerson, history: { isRunning: true } }, 'running'],
		['not even by another run', { cause: byRun, history: { isRunning: true } }, 'running'],
		['again after it ended', { history: once }, 'enters'],
		['once only', { definition: onlyOnce, history: once }, 'once'],
		['once, the first time', { definition: onlyOnce }, 'enters'],
		['every 7 days, after 3', { definition: every, history: once }, 'every'],
		['every 7 days, after 7', { definition: every, history: { ...once, lastEnteredAt: noon - 7 * day } }, 'enters'],
		['every 7 days, a millisecond early', { definition: every, history: { ...once, lastEnteredAt: noon - 7 * day + 1 } }, 'every'],
		['its own lineage', { parent: parent(1, 'playbook_a:customer_acme', 'playbook_b:customer_acme') }, 'lineage'],
		['the same playbook on another record is another matter', { parent: parent(1, 'playbook_a:customer_other') }, 'enters'],
		['the deepest run', { parent: parent(deepest - 1) }, 'enters'],
		['deeper than that', { parent: parent(deepest) }, 'depth'],
		['the fiftieth run in a minute', { history: { startedLastMinute: mostPerMinute - 1 } }, 'enters'],
		['one more', { history: { startedLastMinute: mostPerMinute } }, 'burst'],
	])('%s', (_, change, expected) => expect(code(change)).toBe(expected));
});

describe('the run that begins', () => {
	it('is pinned to its version, with its cause, explained filters, and first due time', () => {
		const outcome = enrol(entry({ definition: { filters: when(true), steps: [wait('w', 1)] } }));
		expect(outcome).toMatchObject({
			enters: true,
			first: { stepId: 'w', dueAt: noon + day },
			filters: { holds: true },
			run: { id: 'run_1', version: 3, state: 'running', epoch: 1, depth: 0, rootRunId: 'run_1', parentRunId: null, lineage: ['playbook_a:customer_acme'], dedupKey: 'customer_acme:event:event_1', startedAt: noon, endedAt: null, cause: { by: 'event', eventId: 'event_1', filters: { holds: true } } },
		});
	});
	it('R19: carries the lineage on', () =>
		expect(enrol(entry({ parent: parent(2, 'playbook_0:customer_acme') }))).toMatchObject({ run: { depth: 3, rootRunId: 'run_root', parentRunId: 'run_0', lineage: ['playbook_0:customer_acme', 'playbook_a:customer_acme'] } }));
	it.each([
		['once', { definition: { entry: { rule: 'once' as const } } }, 'once:customer_acme'],
		['an event', {}, 'customer_acme:event:event_1'],
		['a schedule', { cause: bySchedule }, 'customer_acme:schedule:day@09:00:2026-03-18'],
		['a person', { cause: byPerson }, 'customer_acme:run:run_1'],
	])('RU5: its dedup key for %s', (_, change, expected) => expect(enrol(entry(change))).toMatchObject({ run: { dedupKey: expected } }));
	it('without steps it is completed', () => expect(enrol(entry({ definition: { steps: [] } }))).toMatchObject({ enters: true, first: null, run: { state: 'completed', endedAt: noon } }));
});

it('R19: a cause names what must not enter again', () => {
	expect(isReentry({ lineage: [lineageKey('playbook_a', 'c')] }, 'playbook_a', 'c')).toBe(true);
	expect(isReentry({ lineage: [lineageKey('playbook_a', 'c')] }, 'playbook_a', 'd')).toBe(false);
	expect(isReentry(null, 'playbook_a', 'c')).toBe(false);
});
