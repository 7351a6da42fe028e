/** Rich text written by the server into a fragment: paragraphs of a skeleton, or HTML of our own making (html.ts) when a version is restored. */
import * as Y from 'yjs';
import { hrefOf, unescapeAround } from './liquid.ts';

/** Adds a paragraph for each text; line ends within one become hard breaks. */
export function paragraphsInto(fragment: Y.XmlFragment, texts: readonly string[]): void {
	for (const text of texts) {
		const paragraph = new Y.XmlElement('paragraph');
		fragment.push([paragraph]);
		text.split(/\r?\n/).forEach((line, index) => {
			if (index > 0) paragraph.push([new Y.XmlElement('hardBreak')]);
			if (line !== '') paragraph.push([new Y.XmlText(line)]);
		});
	}
}

const blocks: Record<string, string> = { p: 'paragraph', ul: 'bulletList', ol: 'orderedList', li: 'listItem', blockquote: 'blockquote', pre: 'codeBlock', br: 'hardBreak', hr: 'horizontalRule' };
const marks: Record<string, string> = { strong: 'bold', b: 'bold', em: 'italic', i: 'italic', u: 'underline', s: 'strike', del: 'strike', code: 'code' };
/** Liquid first, so that a `<` in it is text (one that begins a tag isn't in it, see liquid.ts); then a tag; then text up to the next of either. */
const token = /(\{\{(?:(?!<[a-z/!?])[\s\S])*?\}\}|\{%(?:(?!<[a-z/!?])[\s\S])*?%\})|<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|[^<{]+|[<{]/gi;
const holders = new Set(['paragraph', 'heading', 'codeBlock']);

/** What becomes of a box that was read: its element, and the text of its tag's attributes. */
export type OnItem = (item: Y.XmlElement, attributes: string) => void;

/** Replaces what the fragment holds by this HTML. Tags that we don't write are dropped, their text stays; text outside of a block gets a paragraph. */
export function htmlInto(fragment: Y.XmlFragment, html: string, onItem: OnItem = () => {}): void {
	if (fragment.length > 0) fragment.delete(0, fragment.length);
	const open: { element: Y.XmlFragment; tag: string }[] = [{ element: fragment, tag: '' }];
	let marked: { tag: string; name: string; value: unknown }[] = [];
	let text: { insert: string; attributes: Record<string, unknown> }[] = [];
	const holder = (): Y.XmlFragment => {
		const { element } = open.at(-1)!;
		if (element instanceof Y.XmlElement && holders.has(element.nodeName)) return element;
		return enter('p', new Y.XmlElement('paragraph'));
	};
	const enter = (tag: string, element: Y.XmlElement): Y.XmlElement => {
		open.at(-1)!.element.push([element]);
		open.push({ element, tag });
		return element;
	};
	const flush = () => {
		if (text.length === 0) return;
		const node = new Y.XmlText();
		holder().push([node]);
		node.applyDelta(text.map(({ insert, attributes }) => ({ insert: unescapeAround(insert), attributes })), { sanitize: false });
		text = [];
	};
	const leave = (tag: string) => {
		const at = open.findLastIndex((level) => level.tag === tag);
		if (at > 0) open.length = at;
	};
	for (const match of html.matchAll(token)) {
		const [whole, liquid, slash, name, rest = ''] = match;
		const tag = name?.toLowerCase();
		const inCode = open.at(-1)!.tag === 'pre';
		if (liquid !== undefined || tag === undefined) {
			if (liquid === undefined && text.length === 0 && whole.trim() === '' && open.at(-1)!.element === fragment) continue;
			text.push({ insert: whole, attributes: Object.fromEntries(marked.map((mark) => [mark.name, mark.value])) });
		} else if (tag === 'a' || (tag in marks && !(inCode && tag === 'code'))) {
			if (slash) marked = marked.filter((mark, index) => index !== marked.findLastIndex((last) => last.tag === tag));
			else if (tag !== 'a') marked.push({ tag, name: marks[tag]!, value: {} });
			else {
				const href = /href\s*=\s*"([^"]*)"/i.exec(rest)?.[1];
				if (href !== undefined && hrefOf(unescapeAround(href)) !== null) marked.push({ tag, name: 'link', value: { href: unescapeAround(href) } });
				else marked.push({ tag, name: 'text', value: null });
			}
		} else if (tag === 'br') {
			flush();
			holder().push([new Y.XmlElement('hardBreak')]);
		} else if (tag in blocks || /^h[1-6]$/.test(tag)) {
			flush();
			if (open.at(-1)!.element instanceof Y.XmlElement && open.at(-1)!.tag === 'p' && tag !== 'p') leave('p');
			if (slash) leave(tag);
			else {
				const isTask = (tag === 'ul' && /data-type="taskList"/.test(rest)) || (tag === 'li' && /data-type="taskItem"/.test(rest));
				const element = new Y.XmlElement(isTask ? (tag === 'ul' ? 'taskList' : 'taskItem') : (blocks[tag] ?? 'heading'));
				enter(tag, element);
				if (element.nodeName === 'taskItem') onItem(element, rest);
				if (element.nodeName === 'heading') element.setAttribute('level', Number(tag[1]) as unknown as string);
				const start = /start\s*=\s*"(\d+)"/.exec(rest)?.[1];
				if (tag === 'ol' && start !== undefined) element.setAttribute('start', Number(start) as unknown as string);
				if (tag === 'hr') leave('hr');
			}
		}
	}
	flush();
}
