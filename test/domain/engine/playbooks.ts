/** Playbooks, runs and steps for tests of the engine. */
import type { Clause, Group } from '#domain/conditions/condition.ts';
import type { Branch, PlaybookDefinition, Step, WaitParams } from '#domain/documents/playbook/definition.ts';
import type { Run } from '#domain/engine/run.ts';
import { noon } from '../facts.ts';

export const clause = (field: string, operator: Clause['operator'], value: unknown): Clause => ({ id: `clause_${field}`, kind: 'clause', field, operator, value });
export const all = (...items: Group['items']): Group => ({ id: 'filters', kind: 'group', mode: 'all', items });
/** A condition that holds for the facts of ../facts.ts, or doesn't. */
export const when = (holds: boolean): Group => all(clause('customer.mrr', 'is', holds ? 1200 : 1));

export const task = (id: string, change: Record<string, unknown> = {}): Step => ({ id, kind: 'action', action: 'create-task', params: { title: 'Call', description: '', assignees: { kind: 'owner' }, dueInDays: 1, isWaiting: false, ...change } });
export const action = (id: string, type: string, params: Record<string, unknown>): Step => ({ id, kind: 'action', action: type, params });
export const wait = (id: string, amount: number, unit: 'minutes' | 'hours' | 'days' | 'weeks' = 'days'): Step => ({ id, kind: 'wait', params: { mode: 'for', amount, unit } });
export const until = (id: string, field: string | null, time = '09:00'): Step => ({ id, kind: 'wait', params: { mode: 'until', field, time } as WaitParams });
export const stop = (id: string): Step => ({ id, kind: 'stop' });
export const branch = (id: string, condition: Group | null, ...steps: Step[]): Branch => ({ id, name: id.toUpperCase(), condition, steps });
export const split = (id: string, isMerged: boolean, ...branches: Branch[]): Step => ({ id, kind: 'split', isMerged, branches });

export const playbook = (steps: Step[], change: Partial<PlaybookDefinition> = {}): PlaybookDefinition => ({
	name: 'Onboarding', description: '', subject: 'customer', trigger: { type: 'manual', params: {} }, filters: all(), entry: { rule: 'after-end' }, steps, ...change,
});

export const runOf = (change: Partial<Run> = {}): Run => ({
	id: 'run_1', workspace: 'workspace', playbookId: 'playbook_a', version: 1, subjectType: 'customer', subjectId: 'customer_acme', dedupKey: 'x', state: 'running', hasErrors: false, epoch: 1,
	rootRunId: 'run_1', parentRunId: null, depth: 0, lineage: ['playbook_a:customer_acme'], cause: { by: 'person', userId: 'user_ann' }, vars: {}, startedAt: noon, endedAt: null, ...change,
});
