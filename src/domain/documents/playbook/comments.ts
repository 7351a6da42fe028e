/** Comments on a step, or on 'trigger', 'filters' or 'playbook' (PB2): one map by id; replies are flat keys, so that two at once both stay. */
import * as Y from 'yjs';
import * as v from 'valibot';
import { id, moment, userId } from '../../commands/command.ts';
import { comments, item, items } from './shape.ts';

const words = v.pipe(v.string(), v.trim(), v.minLength(1, 'a comment needs words'), v.maxLength(10_000));
/** `author` and `at` are what the writing device says; who may write at all is checked by the room. */
const byline = { author: v.optional(v.nullable(userId), null), at: v.optional(v.nullable(moment), null) };

export const commentArgs = v.object({ id, step: id, text: words, ...byline });
export const replyArgs = v.object({ id, comment: id, text: words, ...byline });
export const resolveArgs = v.object({ id, isResolved: v.optional(v.boolean(), true) });

export type Reply = { id: string; text: string; author: string | null; at: number | null };
export type Comment = Reply & { step: string; isResolved: boolean; replies: Reply[] };

export function addComment(doc: Y.Doc, args: v.InferOutput<typeof commentArgs>): void {
	if (comments(doc).has(args.id)) return;
	const comment = comments(doc).set(args.id, new Y.Map<unknown>()) as Y.Map<unknown>;
	for (const key of ['step', 'text', 'author', 'at'] as const) comment.set(key, args[key]);
}

export function reply(doc: Y.Doc, { id: key, comment, text, author, at }: v.InferOutput<typeof replyArgs>): void {
	item(comments(doc), comment)?.set(`reply:${key}`, { text, author, at });
}

export function resolve(doc: Y.Doc, args: v.InferOutput<typeof resolveArgs>): void {
	item(comments(doc), args.id)?.set('isResolved', args.isResolved);
}

export const removeComment = (doc: Y.Doc, key: string): void => comments(doc).delete(key);

/** All comments, or those at one step, oldest first. */
export function commentsOf(doc: Y.Doc, step?: string): Comment[] {
	const all = items(comments(doc)).map(([key, map]): Comment => ({
		...said(key, Object.fromEntries(map.entries())),
		step: String(map.get('step') ?? ''),
		isResolved: map.get('isResolved') === true,
		replies: [...map.keys()].filter((name) => name.startsWith('reply:')).sort().map((name) => said(name.slice(6), map.get(name))).sort(byTime),
	}));
	return all.filter((comment) => step === undefined || comment.step === step).sort(byTime);
}

const byTime = (a: Reply, b: Reply): number => (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1);

function said(key: string, value: unknown): Reply {
	const { text, author, at } = (value ?? {}) as Record<string, unknown>;
	return { id: key, text: typeof text === 'string' ? text : '', author: typeof author === 'string' ? author : null, at: typeof at === 'number' ? at : null };
}
