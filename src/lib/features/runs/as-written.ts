/** A step as it was written when it ran: its variables filled, since what it asked of the world is kept as it was (R11). */
import type { Step } from '#domain/documents/playbook/definition.ts';
import type { IntentRecord } from './run-record.ts';

/** By kind of intent: the parameter of a step that says what it is about, and where the request has it filled. */
const filled: Record<string, { param: string; from: string }> = { mail: { param: 'subject', from: 'subject' }, task: { param: 'title', from: 'title' }, webhook: { param: 'url', from: 'url' } };

/** The step with what its intents said in place of its templates; as it is, where it asked nothing of the kind. */
export function asWritten(step: Step, intents: readonly Pick<IntentRecord, 'kind' | 'request'>[]): Step {
	const way = filled[intents[0]?.kind ?? ''];
	if (!way) return step;
	const texts = [...new Set(intents.map(({ request }) => request?.[way.from]).filter((text): text is string => typeof text === 'string' && text !== ''))];
	if (texts.length === 0) return step;
	// A url says where to, and only its host is told: others beside it say nothing.
	const text = texts.length === 1 || way.param === 'url' ? texts[0]! : `${texts[0]!} (+${texts.length - 1})`;
	if (step.kind === 'split') return step.question ? { ...step, question: { ...step.question, question: text } } : step;
	return step.kind === 'action' ? { ...step, params: { ...step.params, [step.action === 'ask-question' ? 'question' : way.param]: text } } : step;
}
