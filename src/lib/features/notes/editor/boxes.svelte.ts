/**
 * Boxes for the editor: TipTap's task list, its items with an id of their own. Whether a box is ticked, whose it is and until when is beside the
 * text (rich-text/items.ts), so that moving it in the text moves nothing else.
 */
import type { AnyExtension } from '@tiptap/core';
import { TaskItem, TaskList } from '@tiptap/extension-list';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import { mount, unmount } from 'svelte';
import { newId } from '$lib/sync/index.ts';
import BoxCheck from './BoxCheck.svelte';
import BoxMarks from './BoxMarks.svelte';
import type { BoxHost, BoxProps } from './box-host.ts';

const own = (name: string) => ({ default: null, keepOnSplit: false, parseHTML: (element: HTMLElement) => element.getAttribute(`data-${name}`), renderHTML: (attributes: Record<string, unknown>) => (attributes[name] ? { [`data-${name}`]: attributes[name] } : {}) });

const propsOf = (node: Node): BoxProps => ({ id: node.attrs.id as string | null, task: node.attrs.task as string | null, title: node.firstChild?.textContent ?? '' });

/** Task lists and their items. */
export function boxes(host: BoxHost): AnyExtension[] {
	/** Ids that were in this document while it was open: what is cut here and pasted here stays the same box. */
	const known = new Set<string>();
	const item = TaskItem.extend({
		addAttributes: () => ({ id: own('id'), task: own('task') }),
		addNodeView: () => ({ node }) => {
			const props = $state(propsOf(node));
			const dom = document.createElement('li');
			dom.dataset.type = 'taskItem';
			const [lead, content, tail] = ['span', 'div', 'span'].map((name) => document.createElement(name)) as [HTMLElement, HTMLElement, HTMLElement];
			for (const part of [lead, tail]) {
				part.contentEditable = 'false';
				part.dataset.box = '';
			}
			for (const part of [lead, content, tail]) dom.appendChild(part);
			if (props.id) dom.id = `box-${props.id}`;
			const mounted = [mount(BoxCheck, { target: lead, props: { host, box: props } }), mount(BoxMarks, { target: tail, props: { host, box: props } })];
			return {
				dom,
				contentDOM: content,
				update: (now) => {
					if (now.type.name !== 'taskItem') return false;
					Object.assign(props, propsOf(now));
					if (props.id) dom.id = `box-${props.id}`;
					return true;
				},
				ignoreMutation: (mutation) => !content.contains(mutation.target),
				stopEvent: (event) => lead.contains(event.target as globalThis.Node) || tail.contains(event.target as globalThis.Node),
				destroy: () => mounted.forEach((one) => void unmount(one)),
			};
		},
		addProseMirrorPlugins: () => [identities(known)],
	}).configure({ nested: true });
	return [TaskList, item];
}

/** Gives boxes and mentions that were made or copied here an id of their own. What colleagues wrote is theirs, or the room's, to put right. */
function identities(known: Set<string>): Plugin {
	return new Plugin({
		appendTransaction: (transactions, _, state) => {
			if (!transactions.some((transaction) => transaction.docChanged)) return null;
			const isRemote = transactions.some((transaction) => transaction.getMeta(ySyncPluginKey) !== undefined);
			const seen = new Set<string>();
			const { tr } = state;
			state.doc.descendants((node, at) => {
				const name = node.type.name === 'taskItem' ? 'id' : node.type.name === 'mention' ? 'mention' : null;
				if (name === null) return;
				let id = node.attrs[name] as string | null;
				if (!isRemote && (id === null || seen.has(id))) tr.setNodeAttribute(at, name, (id = newId(name === 'id' ? 'task' : 'mention')));
				if (id === null) return;
				seen.add(id);
				known.add(id);
			});
			return tr.docChanged ? tr.setMeta('addToHistory', false) : null;
		},
		props: { transformPasted: (slice) => new Slice(strangersRenamed(slice.content, known), slice.openStart, slice.openEnd) },
	});
}

/** A box from another document is a new one here: a task is in one place. */
function strangersRenamed(content: Fragment, known: ReadonlySet<string>): Fragment {
	const nodes: Node[] = [];
	content.forEach((node) => {
		const copy = node.copy(strangersRenamed(node.content, known));
		const isStranger = node.type.name === 'taskItem' && node.attrs.id !== null && !known.has(node.attrs.id as string);
		nodes.push(isStranger ? node.type.create({ ...node.attrs, id: null }, copy.content, node.marks) : copy);
	});
	return Fragment.fromArray(nodes);
}
