/** What a person wrote in a command: shown beside a held one, so that nobody drops their own text unread (SY3, SY4). */
import { plainText } from '#domain/text/plain-text.ts';

/** A mail's subject and text, an interaction's or a task's title and words; empty when the command holds no text. */
export function writtenIn(args: unknown): string {
	const { subject, title, html, body, description } = (args ?? {}) as Record<string, unknown>;
	const texts = [subject, title, typeof html === 'string' ? plainText(html) : '', body, description];
	return texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '').join('\n\n');
}
