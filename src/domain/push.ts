/** What may be pushed to a device (MO1): the topics a person chooses from, and the message that reaches the service worker. */
import { boolean, maxLength, number, object, optional, picklist, pipe, string, type InferOutput } from 'valibot';

/** What a person can be told of: new tasks, mails that wait for their word, texts that mention them. */
export const pushTopics = ['task', 'mail', 'mention'] as const;
export type PushTopic = (typeof pushTopics)[number];

const line = pipe(string(), maxLength(200));

/** What travels, encrypted: no more than a lock screen may show. `tag`: the same one again takes its own place. `open`: a path of the app. */
export const pushMessage = object({
	topic: picklist([...pushTopics, 'test']),
	tag: line,
	language: line,
	title: line,
	about: line,
	open: line,
	/** The task is done by answering it. */
	isQuestion: optional(boolean()),
	/** How many actions wait for this person, for the app's badge. */
	waiting: optional(number()),
});
export type PushMessage = InferOutput<typeof pushMessage>;

/** A text that fits a notification: one line, at most 120 characters. */
export const pushLine = (text: string): string => {
	const one = text.replace(/\s+/g, ' ').trim();
	return one.length > 120 ? `${one.slice(0, 119)}…` : one;
};
