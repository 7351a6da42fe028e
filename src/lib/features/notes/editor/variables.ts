/** Variables in a template's text drawn as chips: the text stays Liquid, as it will be filled. */
import { type AnyExtension, Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { liquidParts } from '#domain/rich-text/liquid.ts';

export const variableChips: AnyExtension = Extension.create({
	name: 'variableChips',
	addProseMirrorPlugins: () => [
		new Plugin({
			props: {
				decorations: ({ doc }) => {
					const chips: Decoration[] = [];
					doc.descendants((node, at) => {
						if (!node.isText) return;
						let from = at;
						for (const part of liquidParts(node.text ?? '')) {
							if (part.isLiquid) chips.push(Decoration.inline(from, from + part.text.length, { class: 'rich-text-variable' }));
							from += part.text.length;
						}
					});
					return DecorationSet.create(doc, chips);
				},
			},
		}),
	],
});
