/** What the text of a note or template has besides a mail's. */
import type { Editor } from '@tiptap/core';
import AtSign from '@lucide/svelte/icons/at-sign';
import ListTodo from '@lucide/svelte/icons/list-todo';
import TextQuote from '@lucide/svelte/icons/text-quote';
import { m } from '$lib/messages/messages.js';
import type { TextExtras } from '$lib/ui/RichText.svelte';
import type { BoxHost } from './box-host.ts';
import { boxes } from './boxes.svelte.ts';
import { mention } from './mention.ts';
import { variableChips } from './variables.ts';

/** Boxes, quotes and mentions; in templates variables as chips. */
export function extrasOf(host: BoxHost): TextExtras {
	const isNote = host.kind === 'note';
	return {
		// A template may hold mentions that were pasted in: it knows them too, so that none is lost.
		extensions: [...boxes(host), mention, ...(isNote ? [] : [variableChips])],
		acts: (editor: Editor) => [
			{ icon: ListTodo, label: m.note_checkbox(), on: editor.isActive('taskList'), run: () => editor.chain().focus().toggleTaskList().run() },
			...(isNote ? [{ icon: AtSign, label: m.note_mention(), on: false, run: () => editor.chain().focus().insertContent(' @').run() }] : []),
			{ icon: TextQuote, label: m.note_quote(), on: editor.isActive('blockquote'), run: () => editor.chain().focus().toggleBlockquote().run() },
		],
	};
}
