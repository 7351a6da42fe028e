/**
 * The playbook as a document (S10, S19). Steps, branches, conditions and comments are root maps by id, each entry a nested map made
 * by its creator; parts with a fixed name (fields, trigger, entry, modes) are root maps of values, so that concurrent first edits merge.
 *
 * - step: `kind`, `action`, `place` { parent, branch, position } (one value, so a move is one write), `removed`, `isMerged`, `p:<param>` (of a split
 *   `p:by`: 'answer' when a person's answer decides, with what they are asked beside it);
 *   for mails a Y.XmlFragment `body` and a Y.Text `subject`
 * - branch: `split`, `name`, `position`, `isElse`
 * - condition: `owner` ('filters' or a branch), `parent` (the owner or a group), `position`, `kind`, `mode`, `field`, `operator`, `value`
 * - modes: the root group's mode by owner; it has no entry of its own, for everyone may be the first to touch it
 */
import * as Y from 'yjs';
import { isPosition } from './position.ts';

export const fields = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('fields');
export const trigger = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('trigger');
export const entry = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('entry');
export const steps = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('steps');
export const branches = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('branches');
export const conditions = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('conditions');
export const modes = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('modes');
export const comments = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('comments');
export const meta = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta');

export const stepKinds = ['action', 'wait', 'split', 'stop'] as const;
export type StepKind = (typeof stepKinds)[number];

/** Where a step is: in a branch of a split, or `{ parent: 'root', branch: '' }`. */
export type Place = { parent: string; branch: string; position: string };

/** One entry of a root map; null when it has gone or isn't a map. */
export function item(map: Y.Map<unknown>, id: string): Y.Map<unknown> | null {
	const found = map.get(id);
	return found instanceof Y.Map ? found : null;
}

/** The entries of a root map by id, in the order of ids: the same on every device. */
export const items = (map: Y.Map<unknown>): [string, Y.Map<unknown>][] =>
	[...map.keys()].sort().flatMap((id) => {
		const found = item(map, id);
		return found === null ? [] : [[id, found] as [string, Y.Map<unknown>]];
	});

export function placeOf(step: Y.Map<unknown>): Place | null {
	const place = step.get('place') as Place | undefined;
	return typeof place === 'object' && place !== null && typeof place.parent === 'string' && typeof place.branch === 'string' && isPosition(place.position) ? place : null;
}

/** What `removed` holds when a step was removed from this place. Moved since by someone else, it is there again: nothing is lost. */
export const placeKey = (step: Y.Map<unknown>): string => {
	const place = placeOf(step);
	return place === null ? '?' : `${place.parent}/${place.branch}/${place.position}`;
};

export const isAlive = (step: Y.Map<unknown>): boolean => stepKinds.includes(step.get('kind') as StepKind) && step.get('removed') !== placeKey(step);

/** Whether steps of this action hold a mail: a rich text `body` and a `subject` line, written by several at once. */
export const isMail = (action: unknown): boolean => typeof action === 'string' && /(^|-)e?mail(-|$)/.test(action);

/** The `p:<param>` keys as params. */
export const paramsOf = (map: Y.Map<unknown>): Record<string, unknown> =>
	Object.fromEntries([...map.keys()].filter((key) => key.startsWith('p:')).sort().map((key) => [key.slice(2), map.get(key)]));

/** The rich text of a mail step's body, for the editor; null when the step has none or has gone. */
export function richText(doc: Y.Doc, stepId: string): Y.XmlFragment | null {
	const body = item(steps(doc), stepId)?.get('body');
	return body instanceof Y.XmlFragment ? body : null;
}

/** The subject line of a mail step, for the editor; null when the step has none or has gone. */
export function subjectText(doc: Y.Doc, stepId: string): Y.Text | null {
	const subject = item(steps(doc), stepId)?.get('subject');
	return subject instanceof Y.Text ? subject : null;
}
