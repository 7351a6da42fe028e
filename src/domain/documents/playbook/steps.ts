/** Changing the tree of steps (S19). Targets that others removed meanwhile change nothing; places that they removed lead to the end of the root list. */
import * as Y from 'yjs';
import { htmlInto } from '../../rich-text/write.ts';
import { positionBetween } from './position.ts';
import { branches, isAlive, isMail, item, placeKey, placeOf, steps, type Place, type StepKind } from './shape.ts';
import { remove as removeCondition } from './filters.ts';
import { rootList, stepsIn, stepsUnder, tree } from './tree.ts';

/** Where to put a step: `parent` is 'root' or a split, `after` the step it follows; null = first, absent or gone = last. */
export type Target = { parent: string; branch?: string | undefined; after?: string | null | undefined };

export function insertStep(doc: Y.Doc, args: Target & { id: string; kind: StepKind; action?: string | undefined; params?: Record<string, unknown> | undefined; branches?: { id: string; name: string; isElse: boolean }[] | undefined }): void {
	if (steps(doc).has(args.id)) return;
	const place = placeAt(doc, args, args.id);
	const step = steps(doc).set(args.id, new Y.Map<unknown>()) as Y.Map<unknown>;
	step.set('kind', args.kind);
	step.set('place', place);
	if (args.kind === 'action') step.set('action', args.action ?? '');
	if (isMail(args.action)) makeTexts(step);
	if (args.kind === 'split') {
		step.set('isMerged', true);
		const ways = args.params?.by === 'answer' ? ['1', '2', 'else'] : ['1', 'else'];
		const first = args.branches ?? ways.map((way) => ({ id: `${args.id}_${way}`, name: '', isElse: way === 'else' }));
		for (const branch of first) addBranch(doc, { ...branch, split: args.id });
	}
	for (const [param, value] of Object.entries(args.params ?? {})) setStepParam(doc, { id: args.id, param, value });
}

/** The nested texts of a mail step; what is there stays. */
export function makeTexts(step: Y.Map<unknown>): void {
	if (!(step.get('body') instanceof Y.XmlFragment)) step.set('body', new Y.XmlFragment());
	if (!(step.get('subject') instanceof Y.Text)) step.set('subject', new Y.Text());
}

/** Moves a step with all that is in it. Never into itself. */
export function moveStep(doc: Y.Doc, args: Target & { id: string }): void {
	const step = item(steps(doc), args.id);
	if (step === null || !isAlive(step) || args.parent === args.id || args.after === args.id || stepsIn(tree(doc), args.id).includes(args.parent)) return;
	const place = placeAt(doc, args, args.id);
	put(step, place);
}

/** Writes a place; with it goes an old mark of removal, which may name this very place from another time. */
function put(step: Y.Map<unknown>, place: Place): void {
	step.set('place', place);
	if (step.has('removed')) step.delete('removed');
}

/** Removes a step and, when it is a split, what is in it now. They are marked, not deleted: one that somebody moved elsewhere meanwhile stays. */
export function removeStep(doc: Y.Doc, id: string): void {
	const under = stepsIn(tree(doc), id);
	for (const one of [id, ...under]) mark(doc, one);
}

const mark = (doc: Y.Doc, id: string): void => {
	const step = item(steps(doc), id);
	if (step !== null && isAlive(step)) step.set('removed', placeKey(step));
};

/** Sets a parameter; null stands, undefined can't be. `isMerged` of a split and the texts of a mail are set by their names, too. */
export function setStepParam(doc: Y.Doc, { id, param, value }: { id: string; param: string; value: unknown }): void {
	const step = item(steps(doc), id);
	if (step === null) return;
	const [body, subject] = [step.get('body'), step.get('subject')];
	if (param === 'isMerged' && step.get('kind') === 'split') step.set('isMerged', value === true);
	else if (param === 'body' && body instanceof Y.XmlFragment) htmlInto(body, String(value ?? ''));
	else if (param === 'subject' && subject instanceof Y.Text) replaceText(subject, String(value ?? ''));
	else if (JSON.stringify(step.get(`p:${param}`)) !== JSON.stringify(value)) step.set(`p:${param}`, value);
}

function replaceText(text: Y.Text, value: string): void {
	if (text.toString() === value) return;
	text.delete(0, text.length);
	text.insert(0, value);
}

/** Adds a branch at the end of a split (ahead of else), or after another. */
export function addBranch(doc: Y.Doc, args: { id: string; split: string; name: string; isElse?: boolean; after?: string | null | undefined }): void {
	if (item(steps(doc), args.split)?.get('kind') !== 'split' || branches(doc).has(args.id)) return;
	const present = (tree(doc).branches.get(args.split) ?? []).filter((branch) => !branch.isElse).map((branch) => branch.id);
	const at = args.after === null ? 0 : args.after === undefined || !present.includes(args.after) ? present.length : present.indexOf(args.after) + 1;
	const position = (id: string | undefined) => (id === undefined ? null : String(item(branches(doc), id)!.get('position') ?? ''));
	const branch = branches(doc).set(args.id, new Y.Map<unknown>()) as Y.Map<unknown>;
	for (const [key, value] of Object.entries({ split: args.split, name: args.name, isElse: args.isElse === true, position: positionBetween(position(present[at - 1]), position(present[at]), args.id) })) branch.set(key, value);
}

export function setBranch(doc: Y.Doc, { id, name }: { id: string; name: string }): void {
	const branch = item(branches(doc), id);
	if (branch !== null && branch.get('name') !== name) branch.set('name', name);
}

/** Removes a branch with what is in it now and its condition. The else branch stays: every record must have a way. */
export function removeBranch(doc: Y.Doc, id: string): void {
	const branch = item(branches(doc), id);
	if (branch === null || branch.get('isElse') === true) return;
	for (const step of stepsUnder(tree(doc), id)) mark(doc, step);
	removeCondition(doc, id);
	branches(doc).delete(id);
}

/** The place for `id`. When it comes to stand among strays, those first get places of their own (tree.ts, rule 4) so that there is an order to stand in. */
function placeAt(doc: Y.Doc, target: Target, id: string): Place {
	const now = tree(doc);
	const isThere = target.parent !== rootList && (now.branches.get(target.parent) ?? []).some((branch) => branch.id === target.branch);
	const list = isThere ? target.branch! : rootList;
	const ids = now.lists.get(list)!.filter((one) => one !== id);
	const isLost = target.parent !== rootList && !isThere;
	const at = target.after === null && !isLost ? 0 : target.after == null || !ids.includes(target.after) ? ids.length : ids.indexOf(target.after) + 1;
	if (list === rootList && at > 0 && now.strays.includes(ids[at - 1]!)) settleStrays(doc, ids, now.strays);
	// A stray that follows has no position in this list: it comes last anyway.
	const position = (one: string | undefined) => (one === undefined || (list === rootList && placeOf(item(steps(doc), one)!)?.parent !== rootList) ? null : placeOf(item(steps(doc), one)!)!.position);
	const between = positionBetween(position(ids[at - 1]), position(ids[at]), id);
	return isThere ? { parent: target.parent, branch: list, position: between } : { parent: rootList, branch: '', position: between };
}

function settleStrays(doc: Y.Doc, ids: string[], strays: string[]): void {
	const last = ids.findLast((one) => !strays.includes(one));
	let position = last === undefined ? null : placeOf(item(steps(doc), last)!)!.position;
	for (const stray of strays.filter((one) => ids.includes(one))) {
		position = positionBetween(position, null, stray);
		put(item(steps(doc), stray)!, { parent: rootList, branch: '', position });
	}
}
