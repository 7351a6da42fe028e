/** A definition written into a document: a template into a new one, an old version over a draft. Entries keep their ids, texts and all. */
import * as Y from 'yjs';
import type { Branch, PlaybookDefinition, Step } from './definition.ts';
import { filtersRoot, replaceGroup } from './filters.ts';
import { positionsFor } from './position.ts';
import { branches, entry, fields, isMail, item, items, steps, trigger } from './shape.ts';
import { makeTexts, removeStep, setStepParam } from './steps.ts';
import { rootList, tree } from './tree.ts';

/** Makes the draft what `definition` says. Steps that aren't in it are removed like by hand. */
export function restore(doc: Y.Doc, definition: PlaybookDefinition): void {
	for (const id of tree(doc).lists.get(rootList)!) removeStep(doc, id);
	for (const key of ['name', 'description'] as const) if (fields(doc).get(key) !== definition[key]) fields(doc).set(key, definition[key]);
	replaceKeys(trigger(doc), definition.trigger === null ? {} : { type: definition.trigger.type, ...prefixed(definition.trigger.params) });
	replaceKeys(entry(doc), definition.entry);
	replaceGroup(doc, filtersRoot, definition.filters);
	writeList(doc, definition.steps, { parent: rootList, branch: '' });
}

const prefixed = (params: Record<string, unknown>) => Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined).map(([key, value]) => [`p:${key}`, value]));

function replaceKeys(map: Y.Map<unknown>, values: Record<string, unknown>): void {
	for (const key of [...map.keys()]) if (!Object.hasOwn(values, key)) map.delete(key);
	for (const [key, value] of Object.entries(values)) if (JSON.stringify(map.get(key)) !== JSON.stringify(value)) map.set(key, value);
}

function writeList(doc: Y.Doc, list: readonly Step[], place: { parent: string; branch: string }): void {
	const positions = positionsFor(list.map((step) => step.id));
	list.forEach((step, index) => writeStep(doc, step, { ...place, position: positions[index]! }));
}

function writeStep(doc: Y.Doc, step: Step, place: { parent: string; branch: string; position: string }): void {
	const map = item(steps(doc), step.id) ?? (steps(doc).set(step.id, new Y.Map<unknown>()) as Y.Map<unknown>);
	map.delete('removed');
	map.set('kind', step.kind);
	map.set('place', place);
	for (const key of [...map.keys()]) if (key.startsWith('p:')) map.delete(key);
	if (step.kind === 'split') {
		map.set('isMerged', step.isMerged);
		for (const [param, value] of Object.entries(step.question ? { by: 'answer', ...step.question } : {})) if (value !== undefined) map.set(`p:${param}`, value);
		writeBranches(doc, step.id, step.branches);
		return;
	}
	if (step.kind === 'stop') return;
	if (step.kind === 'action') {
		map.set('action', step.action);
		if (isMail(step.action)) makeTexts(map);
	}
	for (const [param, value] of Object.entries(step.params)) if (value !== undefined) setStepParam(doc, { id: step.id, param, value });
}

function writeBranches(doc: Y.Doc, split: string, list: readonly Branch[]): void {
	for (const [id, branch] of items(branches(doc))) if (branch.get('split') === split && !list.some((one) => one.id === id)) branches(doc).delete(id);
	const positions = positionsFor(list.map((branch) => branch.id));
	list.forEach((branch, index) => {
		const map = item(branches(doc), branch.id) ?? (branches(doc).set(branch.id, new Y.Map<unknown>()) as Y.Map<unknown>);
		for (const [key, value] of Object.entries({ split, name: branch.name, isElse: branch.condition === null, position: positions[index] })) map.set(key, value);
		if (branch.condition !== null) replaceGroup(doc, branch.id, { ...branch.condition, id: branch.id });
		writeList(doc, branch.steps, { parent: split, branch: branch.id });
	});
}
