import type { EntryRule } from '#domain/documents/playbook/definition.ts';
import { m } from '$lib/messages/messages.js';

/** When a customer may enter again, as a sentence. */
export const entryText = (entry: EntryRule): string => (entry.rule === 'once' ? m.entry_once_says() : entry.rule === 'every' ? m.entry_every_says({ count: entry.days }) : m.entry_after_end_says());
