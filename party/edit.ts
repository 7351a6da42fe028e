/** The signed calls that change a document: made once by the server (S10), edited under a key that works once. */
import { array, boolean, any, flatten, literal, maxLength, nullish, number, object, optional, pipe, safeParse, string, unknown, variant, type GenericSchema, type InferOutput } from 'valibot';
import * as Y from 'yjs';
import type { DocumentType, Stamp } from '#domain/documents/document-type.ts';
import { answer, refusal } from './call.ts';
import type { Copy } from './copy.ts';

const text = pipe(string(), maxLength(200));
const actor = variant('kind', [
	object({ kind: literal('user'), id: text }),
	object({ kind: literal('run'), id: text, playbookId: text }),
	object({ kind: literal('import'), id: text, userId: text }),
	object({ kind: literal('system'), id: text }),
]);
const cause = nullish(object({ runId: text, rootRunId: text, depth: number(), lineage: array(string()), number: optional(number()) }), null);

const createBody = object({ workspace: text, type: text, args: unknown(), actor, cause });
const editBody = object({ key: text, edits: array(object({ edit: text, args: any() })), actor, cause });
export const revokeBody = object({ userId: text, role: optional(text) });
export const seatBody = object({ doc: text, seats: array(object({ userId: text, name: text, colour: text, isHere: boolean(), issuedAt: number() })) });

/** Keys of edits are remembered so long, in ms: longer than any replay (R13). */
const keyLifeMs = 48 * 60 * 60 * 1000;

/** Parses a body, or says what is wrong with it. */
export function parsed<Schema extends GenericSchema>(schema: Schema, body: unknown): { ok: true; value: InferOutput<Schema> } | { ok: false; response: Response } {
	const result = safeParse(schema, body);
	if (result.success) return { ok: true, value: result.output };
	return { ok: false, response: refusal(400, 'malformed', JSON.stringify(flatten(result.issues).nested ?? result.issues.map((issue) => issue.message))) };
}

/** `create`: makes the document's skeleton, once; a second call changes nothing. Answers after the write. */
export async function create(copy: Copy, id: string, types: Record<string, DocumentType>, body: unknown): Promise<Response> {
	const call = parsed(createBody, body);
	if (!call.ok) return call.response;
	const type = types[call.value.type];
	if (!type) return refusal(400, 'unknown-type', `There is no document type '${call.value.type}'.`);
	if (copy.log.head) {
		if (copy.log.head.workspace !== call.value.workspace) return refusal(403, 'other-workspace', 'This id belongs to another workspace.');
		await copy.written();
		return answer({ created: false });
	}
	const args = parsed(type.seed, call.value.args);
	if (!args.ok) return args.response;
	const { workspace, actor, cause } = call.value;
	copy.create({ workspace, type: type.type }, types, { id, at: Date.now(), args: args.value }, { actor, cause });
	await copy.written();
	return answer({ created: true });
}

/** `edit`: applies edits and their key in one transaction; the same key again changes nothing. Answers after the write. */
export async function edit(copy: Copy, body: unknown): Promise<Response> {
	const call = parsed(editBody, body);
	if (!call.ok) return call.response;
	const { key, actor, cause } = call.value;
	const applied = copy.doc.getMap<number>('applied');
	const isNew = !applied.has(key);
	if (isNew) {
		const stamp: Stamp = { at: Date.now(), by: actor };
		const steps: ((doc: Y.Doc) => void)[] = [];
		for (const { edit: name, args } of call.value.edits) {
			const known = Object.hasOwn(copy.type.edits, name) ? copy.type.edits[name] : undefined;
			if (!known) return refusal(400, 'unknown-edit', `A ${copy.type.type} has no edit '${name}'.`);
			const checked = parsed(known.schema, args);
			if (!checked.ok) return checked.response;
			steps.push((doc) => known.apply(doc, checked.value, stamp));
		}
		const failure = rehearse(copy.doc, steps);
		if (failure) return refusal(422, 'edit-refused', failure);
		copy.doc.transact(
			() => {
				for (const step of steps) step(copy.doc);
				applied.set(key, Date.now());
				forgetOld(applied);
			},
			{ actor, cause },
		);
	}
	await copy.written();
	return answer({ applied: isNew, position: copy.log.position });
}

/** Tries the steps on a throw-away copy: a Yjs transaction that throws halfway can't be taken back. */
function rehearse(doc: Y.Doc, steps: ((doc: Y.Doc) => void)[]): string | null {
	const trial = new Y.Doc();
	try {
		Y.applyUpdate(trial, Y.encodeStateAsUpdate(doc));
		trial.transact(() => {
			for (const step of steps) step(trial);
		});
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		trial.destroy();
	}
}

function forgetOld(applied: Y.Map<number>): void {
	if (applied.size <= 500) return;
	for (const [key, at] of applied) if (at < Date.now() - keyLifeMs) applied.delete(key);
}
