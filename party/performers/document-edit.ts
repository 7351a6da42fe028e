/** Changes a document by the same edits that people make: posted to its room under the intent's key, applied once. */
import type { IntentRequest } from '#domain/actions/action.ts';
import { errorText } from '#domain/engine/error.ts';
import type { Cause } from '#domain/events/event.ts';
import { callRoom } from '#party/call.ts';
import type { Performer } from './performer.ts';

type Request = Extract<IntentRequest, { kind: 'document-edit' }>;

export const documentEdit: Performer<Request> = {
	timeoutMs: 10_000,
	isKeyed: true,
	async perform({ key, request, run, number }, { settings }) {
		if (!run) throw new Error(`A document is changed for a run: ${key} has none.`);
		// The cause travels with the edit and comes back in its events: so loops stop (R19).
		const cause: Cause = { runId: run.id, rootRunId: run.rootRunId, depth: run.depth, lineage: run.lineage, number };
		const actor = { kind: 'run', id: run.id, playbookId: run.playbookId };
		const answer = await callRoom(settings, 'document', request.document, 'edit', { key, edits: request.edits, actor, cause });
		if (answer.ok) return { kind: 'done', response: answer.value };
		const error = errorText(answer.status === 0 ? 'document-silent' : 'document-refused', { answer: answer.message });
		const isTransient = answer.status === 0 || answer.status === 408 || answer.status === 429 || answer.status >= 500;
		return isTransient ? { kind: 'retry', error, isAmbiguous: answer.status === 0 } : { kind: 'failed', error };
	},
};
