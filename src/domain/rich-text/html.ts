/**
 * Rich text (TipTap's StarterKit schema in a Y.XmlFragment) as HTML and as plain text. The same bytes from the same document on
 * every device: a playbook's hash covers its mails.
 */
import * as Y from 'yjs';
import { canonical } from '../value.ts';
import { escapeAround, hrefOf, liquidParts } from './liquid.ts';

/** Marks from the outside in. */
const marks = ['link', 'bold', 'italic', 'underline', 'strike', 'code'] as const;
const markTags: Record<string, string> = { bold: 'strong', italic: 'em', underline: 'u', strike: 's', code: 'code' };
const blockTags: Record<string, string> = { paragraph: 'p', bulletList: 'ul', orderedList: 'ol', listItem: 'li', blockquote: 'blockquote' };

/** What stands in the tag of a box (` data-…`), from its element; for documents that know more of a box than its text. */
export type ItemAttributes = (item: Y.XmlElement) => string;

/** HTML of the fragment, escaped, Liquid untouched; '' when there is nothing to read in it. */
export function htmlOf(fragment: Y.XmlFragment, itemAttributes: ItemAttributes = () => ''): string {
	const html = children(fragment).map((node) => blockHtml(node, itemAttributes)).join('');
	return plainTextOf(fragment) === '' && !html.includes('<hr>') ? '' : html;
}

/** What a reader without HTML sees: paragraphs parted by an empty line, list items by `- ` or numbers, links with their address. */
export const plainTextOf = (fragment: Y.XmlFragment): string => blocksText(fragment, '\n\n').replace(/[ \t]+$/gm, '').trim();

function children(parent: Y.XmlFragment): (Y.XmlElement | Y.XmlText)[] {
	return parent.toArray().filter((child) => child instanceof Y.XmlElement || child instanceof Y.XmlText);
}

function blockHtml(node: Y.XmlElement | Y.XmlText, itemAttributes: ItemAttributes): string {
	if (node instanceof Y.XmlText) return inlineHtml(node);
	const inner = () => children(node).map((child) => blockHtml(child, itemAttributes)).join('');
	switch (node.nodeName) {
		case 'hardBreak':
			return '<br>';
		case 'horizontalRule':
			return '<hr>';
		case 'codeBlock':
			return `<pre><code>${inner()}</code></pre>`;
		case 'heading':
			return `<h${levelOf(node)}>${inner()}</h${levelOf(node)}>`;
		case 'orderedList':
			return `<ol${startOf(node) === 1 ? '' : ` start="${startOf(node)}"`}>${inner()}</ol>`;
		case 'taskList':
			return `<ul data-type="taskList">${inner()}</ul>`;
		case 'taskItem':
			return `<li data-type="taskItem"${itemAttributes(node)}>${inner()}</li>`;
		case 'mention':
			return `<span data-type="mention">${escapeAround(mentionText(node))}</span>`;
	}
	const tag = blockTags[node.nodeName];
	return tag === undefined ? inner() : `<${tag}>${inner()}</${tag}>`;
}

const numberOf = (node: Y.XmlElement, name: string): number => Math.trunc(Number(node.getAttribute(name) ?? 1)) || 1;
const levelOf = (node: Y.XmlElement): number => Math.min(6, Math.max(1, numberOf(node, 'level')));
const startOf = (node: Y.XmlElement): number => numberOf(node, 'start');

const mentionText = (node: Y.XmlElement): string => `@${String(node.getAttribute('label') ?? '')}`;

type Run = { text: string; marks: Record<string, unknown> };

/** The runs of a text by their marks. A Liquid tag that formatting has cut in two is one run again, in the marks it begins with. */
function runsOf(node: Y.XmlText): Run[] {
	const runs: Run[] = (node.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]).flatMap(({ insert, attributes = {} }) =>
		// y-tiptap writes overlapping marks as `name--hash`.
		typeof insert === 'string' ? [{ text: insert, marks: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null && value !== false).map(([name, value]) => [name.replace(/--.{8}$/, ''), value])) }] : [],
	);
	const result: Run[] = [];
	let rest = runs;
	for (const part of liquidParts(runs.map((run) => run.text).join(''))) {
		const [taken, left] = take(rest, part.text.length);
		for (const run of part.isLiquid ? [{ text: part.text, marks: taken[0]!.marks }] : taken) {
			const last = result.at(-1);
			if (last !== undefined && canonical(last.marks) === canonical(run.marks)) last.text += run.text;
			else result.push({ ...run });
		}
		rest = left;
	}
	return result;
}

function take(runs: Run[], length: number): [Run[], Run[]] {
	const taken: Run[] = [];
	for (let index = 0; index < runs.length; index++) {
		const run = runs[index]!;
		if (run.text.length > length) {
			if (length > 0) taken.push({ ...run, text: run.text.slice(0, length) });
			return [taken, [{ ...run, text: run.text.slice(length) }, ...runs.slice(index + 1)]];
		}
		taken.push(run);
		length -= run.text.length;
	}
	return [taken, []];
}

const linkOf = (run: Run): string | null => ('link' in run.marks ? hrefOf((run.marks.link as { href?: unknown } | null)?.href) : null);

function inlineHtml(node: Y.XmlText): string {
	return runsOf(node)
		.map((run) =>
			marks.toReversed().reduce((html, mark) => {
				if (!(mark in run.marks)) return html;
				if (mark !== 'link') return `<${markTags[mark]}>${html}</${markTags[mark]}>`;
				const href = linkOf(run);
				return href === null ? html : `<a href="${href}">${html}</a>`;
			}, escapeAround(run.text)),
		)
		.join('');
}

function inlineText(node: Y.XmlText): string {
	return runsOf(node)
		.map((run) => {
			const href = linkOf(run) === null ? null : String((run.marks.link as { href: string }).href).trim();
			return href === null || href.replace(/^mailto:/i, '') === run.text.trim() ? run.text : `${run.text} (${href})`;
		})
		.join('');
}

function blocksText(parent: Y.XmlFragment, between: string): string {
	const parts: string[] = [];
	let line = '';
	const endLine = () => {
		if (line !== '') parts.push(line);
		line = '';
	};
	for (const node of children(parent)) {
		if (node instanceof Y.XmlText) line += inlineText(node);
		else if (node.nodeName === 'hardBreak') line += '\n';
		else if (node.nodeName === 'mention') line += mentionText(node);
		else {
			endLine();
			parts.push(blockText(node));
		}
	}
	endLine();
	return parts.join(between);
}

function blockText(node: Y.XmlElement): string {
	if (node.nodeName === 'horizontalRule') return '—';
	if (node.nodeName === 'blockquote') return blocksText(node, '\n\n').replace(/^/gm, '> ');
	if (!['bulletList', 'orderedList', 'taskList'].includes(node.nodeName)) return blocksText(node, '\n');
	return children(node)
		.filter((item) => item instanceof Y.XmlElement)
		.map((item, index) => `${node.nodeName === 'orderedList' ? `${startOf(node) + index}. ` : '- '}${blocksText(item, '\n').replaceAll('\n', '\n  ')}`)
		.join('\n');
}
