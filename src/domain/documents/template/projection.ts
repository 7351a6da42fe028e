/** A template as its row: its text as HTML, variables unfilled, boxes with what fill.ts needs to know of them. */
import type * as Y from 'yjs';
import { htmlOf } from '../../rich-text/html.ts';
import { decidedOf, items } from '../../rich-text/items.ts';
import type { Projection } from '../document-type.ts';
import { body, fields, meta } from './shape.ts';

/** The row; nothing while the skeleton hasn't arrived. */
export function projection(doc: Y.Doc): Projection {
	const id = meta(doc).get('id');
	if (typeof id !== 'string') return [];
	const name = fields(doc).get('name');
	const html = htmlOf(body(doc), (element) => {
		const { assignee, dueInDays } = decidedOf(items(doc), String(element.getAttribute('id') ?? ''));
		const isSafe = assignee !== null && /^[A-Za-z0-9_-]+$/.test(assignee);
		return `${isSafe ? ` data-assignee="${assignee}"` : ''}${dueInDays === null ? '' : ` data-due-days="${dueInDays}"`}`;
	});
	const values = { name: typeof name === 'string' ? name : '', html, isRemoved: fields(doc).get('isRemoved') === true, createdAt: Number(meta(doc).get('createdAt') ?? 0) };
	return [{ table: 'template', id, values }];
}
