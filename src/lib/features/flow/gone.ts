/** Values that their field doesn't offer any more, as people read them: never the id that a machine gave them. */
import { typeOf } from '#domain/conditions/fields.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';

/** Whether a text is an id: made by a program (`stage_3k9…`, an account's 32 letters), not typed by somebody. */
export const isMade = (value: string): boolean => /^[a-z0-9-]+_[a-z0-9_-]+$/.test(value) || /^[A-Za-z0-9]{24,}$/.test(value);

/** “a stage that is gone”, “Gold (no longer a choice)”: a value of the field at `path` that isn't among its options. */
export function goneValue(path: string, value: unknown, settings: WorkspaceSettings): string {
	const text = String(value);
	if (path === 'event.type' || path === 'contact.roles') return text;
	if (!isMade(text)) return m.value_not_a_choice({ value: text });
	if (path === 'customer.stage') return m.value_gone_stage();
	if (path === 'customer.team' || typeOf(path, settings) === 'user') return m.value_gone_person();
	return path.endsWith('.tags') || path === 'event.tag' ? m.value_gone_tag() : m.value_gone_choice();
}
