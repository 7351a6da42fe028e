/** What became of something whose answer was lost (R12): a person says so, with the reason. */
import type { InferOutput } from 'valibot';
import { forBatch } from '#db/statement.ts';
import { isRepeatable, readIntent, settleUnknown } from '#db/settlements.ts';
import type { settleIntent as command } from '#domain/commands/settle-intent.ts';
import { isReplayable } from '#domain/engine/replay.ts';
import { accepted, held, refused, type Handler } from './decision.ts';

export const settleIntent: Handler<InferOutput<typeof command.args>> = async ({ db, args, member, now }) => {
	const { key, runId, outcome, reason } = args;
	const intent = await readIntent(db, member.workspaceId, key);
	if (!intent || intent.runId !== runId) return refused('no-such-effect');
	if (intent.state !== 'unknown') return held('effect-settled', { state: intent.state });
	const by = { kind: 'user', id: member.user.id } as const;
	// Past the provider's memory of the key, the same key would not keep a second one away (R13); and what was left, or ended, sends nothing any more: it is tried anew when the run comes back to it.
	const word = outcome !== 'again' || (isReplayable(intent.firstAt, now) && (await isRepeatable(db, intent))) ? outcome : 'anew';
	return accepted(forBatch(db, settleUnknown({ intent, outcome: word, by, reason, now })), { result: { outcome: word }, wakes: true });
};
