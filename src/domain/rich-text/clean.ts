/** HTML that a person wrote somewhere else, as our own: only tags that rich text knows, only links that may be (html.ts writes it anew). */
import * as Y from 'yjs';
import { htmlOf } from './html.ts';
import { htmlInto } from './write.ts';

/** The same text in clean HTML; '' when there is nothing to read in it. */
export function cleanHtml(html: string): string {
	const fragment = new Y.Doc().getXmlFragment('text');
	htmlInto(fragment, html);
	return htmlOf(fragment);
}
