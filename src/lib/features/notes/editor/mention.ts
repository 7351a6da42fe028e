/** Mentions for the editor: `@` and a name. The element holds the person's id; the name shown is today's. */
import { type AnyExtension, mergeAttributes, Node } from '@tiptap/core';
import Suggestion, { type SuggestionKeyDownProps, type SuggestionProps } from '@tiptap/suggestion';
import { mount, unmount } from 'svelte';
import { mirror, newId } from '$lib/sync/index.ts';
import { searchOptions } from '$lib/ui/options.ts';
import MentionList from './MentionList.svelte';

type Person = { value: string; label: string };
const people = (query: string): Person[] => searchOptions(mirror.settings.people.map(({ id, name, email }) => ({ value: id, label: name || email })), query).slice(0, 6);

export const mention: AnyExtension = Node.create({
	name: 'mention',
	group: 'inline',
	inline: true,
	atom: true,
	addAttributes: () => Object.fromEntries(['id', 'label', 'mention'].map((name) => [name, { default: null, parseHTML: (element: HTMLElement) => element.getAttribute(`data-${name}`), renderHTML: (attributes: Record<string, unknown>) => ({ [`data-${name}`]: attributes[name] }) }])),
	parseHTML: () => [{ tag: 'span[data-type="mention"]' }],
	renderHTML: ({ node, HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-type': 'mention' }), `@${mirror.row('person', String(node.attrs.id))?.name ?? String(node.attrs.label ?? '')}`],
	renderText: ({ node }) => `@${mirror.row('person', String(node.attrs.id))?.name ?? String(node.attrs.label ?? '')}`,
	addProseMirrorPlugins() {
		return [
			Suggestion<Person, Person>({
				editor: this.editor,
				char: '@',
				items: ({ query }) => people(query),
				command: ({ editor, range, props }) => {
					const attrs = { id: props.value, label: props.label, mention: newId('mention') };
					editor.chain().focus().insertContentAt(range, [{ type: 'mention', attrs }, { type: 'text', text: ' ' }]).run();
				},
				render: listAtCursor,
			}),
		];
	},
});

/** The list of people under the cursor, moved by the arrows while the text keeps the focus. */
function listAtCursor() {
	let list: { shown: ReturnType<typeof mount>; take: (props: SuggestionProps<Person, Person>) => void; press: (key: string) => boolean } | null = null;
	return {
		onStart: (props: SuggestionProps<Person, Person>) => {
			const shown = mount(MentionList, { target: document.body, props: { first: props } }) as Record<string, unknown>;
			list = { shown, take: shown.take as (props: SuggestionProps<Person, Person>) => void, press: shown.press as (key: string) => boolean };
		},
		onUpdate: (props: SuggestionProps<Person, Person>) => list?.take(props),
		onKeyDown: ({ event }: SuggestionKeyDownProps) => list?.press(event.key) ?? false,
		onExit: () => {
			if (list) void unmount(list.shown);
			list = null;
		},
	};
}
