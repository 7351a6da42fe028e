/** Every way to change a playbook's draft. Refused arguments say why before anything is written. */
import * as v from 'valibot';
import type * as Y from 'yjs';
import { actions } from '../../actions/index.ts';
import { id, line, text } from '../../commands/command.ts';
import { triggers } from '../../triggers/index.ts';
import type { Edit } from '../document-type.ts';
import { addComment, commentArgs, removeComment, reply, replyArgs, resolve, resolveArgs } from './comments.ts';
import { definitionSchema } from './definition-schema.ts';
import { put, putArgs, remove, removeArgs, set, setArgs } from './filters.ts';
import { jsonValue } from './json.ts';
import { restore } from './restore.ts';
import { entry, fields, stepKinds, trigger } from './shape.ts';
import { addBranch, insertStep, moveStep, removeBranch, removeStep, setBranch, setStepParam } from './steps.ts';

const of = <Schema extends v.GenericSchema<any, any>>(schema: Schema, apply: (doc: Y.Doc, args: v.InferOutput<Schema>) => void): Edit<v.InferOutput<Schema>> => ({ schema, apply: (doc, args) => doc.transact(() => apply(doc, args)) });

const one = v.object({ id });
/** A parameter's name; `p:` + it is its key. */
const param = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a parameter is named by letters and digits'));
const params = v.optional(v.record(param, jsonValue));
const target = { parent: id, branch: v.optional(v.union([id, v.literal('')])), after: v.optional(v.nullable(id)) };
const filter = { put: of(putArgs, put), set: of(setArgs, set), remove: of(removeArgs, (doc, args) => remove(doc, args.id)) };

export const edits = {
	'set-field': of(
		v.variant('field', [v.object({ field: v.literal('name'), value: line(200) }), v.object({ field: v.literal('description'), value: text(10_000) })]),
		(doc, { field, value }) => fields(doc).set(field, value),
	),
	/** Another trigger begins with `params`, else with its own `initial()`; the same again keeps what is there. */
	'set-trigger': of(v.object({ type: v.pipe(text(100), v.minLength(1)), params }), (doc, args) => setTrigger(doc, args.type, args.params ?? initialOf(triggers, args.type))),
	'set-trigger-param': of(v.object({ param, value: jsonValue }), (doc, args) => trigger(doc).set(`p:${args.param}`, args.value)),
	'set-entry': of(v.object({ rule: v.picklist(['once', 'after-end', 'every']), days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_650))) }), (doc, { rule, days }) => {
		entry(doc).set('rule', rule);
		if (days !== undefined) entry(doc).set('days', days);
	}),
	'put-filter': filter.put,
	'set-filter': filter.set,
	'remove-filter': filter.remove,
	'put-condition': filter.put,
	'set-condition': filter.set,
	'remove-condition': filter.remove,
	/** An action begins with `params`, else with its own `initial()`. A split gets a branch `<id>_1` (one `by` an answer `<id>_2`, too) and its else `<id>_else`. */
	'insert-step': of(v.object({ id, kind: v.picklist(stepKinds), action: v.optional(text(100)), params, ...target }), (doc, args) =>
		insertStep(doc, { ...args, params: args.params ?? (args.kind === 'action' ? initialOf(actions, args.action ?? '') : undefined) }),
	),
	'move-step': of(v.object({ id, ...target }), moveStep),
	'remove-step': of(one, (doc, args) => removeStep(doc, args.id)),
	'set-step-param': of(v.object({ id, param, value: jsonValue }), setStepParam),
	'add-branch': of(v.object({ id, split: id, name: v.optional(text(200), ''), after: v.optional(v.nullable(id)) }), addBranch),
	'set-branch': of(v.object({ id, name: text(200) }), setBranch),
	'remove-branch': of(one, (doc, args) => removeBranch(doc, args.id)),
	/** The draft becomes what a version was. */
	restore: of(v.object({ definition: definitionSchema }), (doc, args) => restore(doc, args.definition)),
	comment: of(commentArgs, addComment),
	reply: of(replyArgs, reply),
	'resolve-comment': of(resolveArgs, resolve),
	'remove-comment': of(one, (doc, args) => removeComment(doc, args.id)),
} satisfies Record<string, Edit>;

const initialOf = (registry: Readonly<Record<string, { initial: () => Record<string, unknown> }>>, type: string) => (Object.hasOwn(registry, type) ? registry[type]!.initial() : {});

function setTrigger(doc: Y.Doc, type: string, initial: Record<string, unknown>): void {
	if (trigger(doc).get('type') === type) return;
	for (const key of [...trigger(doc).keys()]) if (key.startsWith('p:')) trigger(doc).delete(key);
	trigger(doc).set('type', type);
	for (const [key, value] of Object.entries(initial)) trigger(doc).set(`p:${key}`, value);
}
