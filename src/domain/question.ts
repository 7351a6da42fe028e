/** What a playbook asks a person (PB1, AC21), and what an answer may be. A question is a task of theirs that is done by answering it. */
export const answerKinds = ['text', 'number', 'date'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** As it was put: one of several answers, each a branch by its id, or one's own words, a number, a day. */
export type Question = { kind: 'choice'; choices: { id: string; label: string }[] } | { kind: AnswerKind };

/** `value`: a choice's id, a text, a number, an ISO date; `label`: the same as people read it. */
export type Answer = { value: string | number; label: string };

/** The longest text that answers a question. */
export const longestAnswer = 2_000;

/** Whether a text is a day, `YYYY-MM-DD`: told without a calendar, which the pages that only ask don't load. */
const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);

/** What a value answers a question with; null when it is no answer to it. */
export function answerTo(question: Question, value: unknown): Answer | null {
	switch (question.kind) {
		case 'choice': {
			const choice = question.choices.find(({ id }) => id === value);
			return choice ? { value: choice.id, label: choice.label } : null;
		}
		case 'number':
			return typeof value === 'number' && Number.isFinite(value) ? { value, label: String(value) } : null;
		case 'date':
			return isDay(value) ? { value, label: value } : null;
		case 'text': {
			const text = typeof value === 'string' ? value.trim() : '';
			return text !== '' && text.length <= longestAnswer ? { value: text, label: text } : null;
		}
	}
}

/**
 * An answer as later steps read it, in `run.vars.<step>`: `answer` as people read it, what was chosen by its id, a number or a day as such,
 * and who said so (their name) when (ms). All null when nobody did.
 */
export const answerVars = (question: Question['kind'] | null, answer: Answer | null, by: string | null, at: number | null): Record<string, unknown> => ({
	answer: answer?.label ?? null,
	choice: question === 'choice' ? (answer?.value ?? null) : null,
	number: question === 'number' ? (answer?.value ?? null) : null,
	date: question === 'date' ? (answer?.value ?? null) : null,
	by,
	at,
});
