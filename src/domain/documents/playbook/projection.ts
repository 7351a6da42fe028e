/** The playbook document as its draft definition, and as its row. Pure and total: the tree is always valid (S19). */
import * as Y from 'yjs';
import { problemsOf } from '../../engine/check.ts';
import { htmlOf } from '../../rich-text/html.ts';
import type { Projection } from '../document-type.ts';
import type { EntryRule, PlaybookDefinition, Step, TriggerDefinition, WaitParams } from './definition.ts';
import { filtersRoot, groupOf } from './filters.ts';
import { hashOf } from './hash.ts';
import { entry, fields, item, meta, paramsOf, steps, trigger } from './shape.ts';
import { rootList, tree, type Tree } from './tree.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The draft as data. */
export function definition(doc: Y.Doc): PlaybookDefinition {
	return {
		name: text(fields(doc).get('name')),
		description: text(fields(doc).get('description')),
		subject: 'customer',
		trigger: triggerOf(doc),
		filters: groupOf(doc, filtersRoot),
		entry: entryOf(doc),
		steps: stepsOf(doc, tree(doc), rootList),
	};
}

/** One `playbook` row; nothing while the skeleton hasn't arrived. */
export function projection(doc: Y.Doc): Projection {
	const id = meta(doc).get('id');
	if (typeof id !== 'string') return [];
	const draft = definition(doc);
	const values = { name: draft.name, triggerType: draft.trigger?.type ?? null, draft, draftHash: hashOf(draft), problems: problemsOf(draft).length, createdAt: Number(meta(doc).get('createdAt') ?? 0) };
	return [{ table: 'playbook', id, values }];
}

function triggerOf(doc: Y.Doc): TriggerDefinition | null {
	const type = trigger(doc).get('type');
	return typeof type === 'string' ? { type, params: paramsOf(trigger(doc)) } : null;
}

function entryOf(doc: Y.Doc): EntryRule {
	const [rule, days] = [entry(doc).get('rule'), entry(doc).get('days')];
	if (rule === 'every') return { rule, days: typeof days === 'number' && days >= 1 ? Math.trunc(days) : 30 };
	return { rule: rule === 'once' ? 'once' : 'after-end' };
}

const stepsOf = (doc: Y.Doc, of: Tree, list: string): Step[] => (of.lists.get(list) ?? []).map((id) => stepOf(doc, of, id));

function stepOf(doc: Y.Doc, of: Tree, id: string): Step {
	const step = item(steps(doc), id)!;
	switch (step.get('kind')) {
		case 'wait':
			return { id, kind: 'wait', params: waitOf(paramsOf(step)) };
		case 'stop':
			return { id, kind: 'stop' };
		case 'split': {
			const held = (of.branches.get(id) ?? []).map((branch) => ({ id: branch.id, name: branch.name, condition: branch.isElse ? null : groupOf(doc, branch.id), steps: stepsOf(doc, of, branch.id) }));
			const { by, ...question } = paramsOf(step);
			return { id, kind: 'split', isMerged: step.get('isMerged') !== false, branches: held, ...(by === 'answer' ? { question } : {}) };
		}
	}
	return { id, kind: 'action', action: text(step.get('action')), params: { ...paramsOf(step), ...textsOf(step) } };
}

function textsOf(step: Y.Map<unknown>): Record<string, string> {
	const [body, subject] = [step.get('body'), step.get('subject')];
	return { ...(body instanceof Y.XmlFragment ? { body: htmlOf(body) } : {}), ...(subject instanceof Y.Text ? { subject: subject.toString() } : {}) };
}

const units = ['minutes', 'hours', 'days', 'weeks'] as const;

function waitOf(params: Record<string, unknown>): WaitParams {
	if (params.mode === 'until') return { mode: 'until', field: text(params.field) || null, time: /^([01]\d|2[0-3]):[0-5]\d$/.test(text(params.time)) ? text(params.time) : '09:00' };
	return { mode: 'for', amount: typeof params.amount === 'number' ? params.amount : null, unit: units.find((unit) => unit === params.unit) ?? 'days' };
}
