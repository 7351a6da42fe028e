import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { htmlOf, plainTextOf } from '#domain/rich-text/html.ts';
import { hrefOf } from '#domain/rich-text/liquid.ts';
import { htmlInto, paragraphsInto } from '#domain/rich-text/write.ts';

type Json = { type: string; attrs?: Record<string, unknown>; content?: Json[]; text?: [string, Record<string, unknown>?][] };

/** Writes nodes as y-tiptap does: elements by node name, text with marks as formatting. */
function fragmentOf(nodes: Json[]): Y.XmlFragment {
	const fragment = new Y.Doc().getXmlFragment('body');
	const write = (parent: Y.XmlFragment, list: Json[]) => {
		for (const node of list) {
			if (node.type === 'text') {
				const text = new Y.XmlText();
				parent.push([text]);
				text.applyDelta((node.text ?? []).map(([insert, attributes = {}]) => ({ insert, attributes })), { sanitize: false });
				continue;
			}
			const element = new Y.XmlElement(node.type);
			parent.push([element]);
			for (const [key, value] of Object.entries(node.attrs ?? {})) element.setAttribute(key, value as string);
			write(element, node.content ?? []);
		}
	};
	write(fragment, nodes);
	return fragment;
}
const text = (...parts: [string, Record<string, unknown>?][]): Json => ({ type: 'text', text: parts });
const p = (...parts: [string, Record<string, unknown>?][]): Json => ({ type: 'paragraph', content: [text(...parts)] });
const from = (html: string): Y.XmlFragment => {
	const fragment = new Y.Doc().getXmlFragment('body');
	htmlInto(fragment, html);
	return fragment;
};

describe('rich text as HTML and as plain text', () => {
	test.each<[string, Json[], string, string]>([
		['a paragraph', [p(['Hello'])], '<p>Hello</p>', 'Hello'],
		['markup typed as text', [p(['<script>alert("1") & </script>'])], '<p>&lt;script&gt;alert(&quot;1&quot;) &amp; &lt;/script&gt;</p>', '<script>alert("1") & </script>'],
		['marks, from the outside in', [p(['a', { italic: {}, bold: {} }], ['b', { underline: {} }], ['c', { strike: {} }], ['d', { code: {} }])], '<p><strong><em>a</em></strong><u>b</u><s>c</s><code>d</code></p>', 'abcd'],
		['marks with a hash, as y-tiptap writes overlapping ones', [p(['a', { 'bold--abcdEF12': {} }])], '<p><strong>a</strong></p>', 'a'],
		['headings', [{ type: 'heading', attrs: { level: 2 }, content: [text(['T'])] }], '<h2>T</h2>', 'T'],
		['a heading of no level we know', [{ type: 'heading', attrs: { level: 99 }, content: [text(['T'])] }], '<h6>T</h6>', 'T'],
		['a link', [p(['here', { link: { href: 'https://a.io/?x=1&y=2' } }])], '<p><a href="https://a.io/?x=1&amp;y=2">here</a></p>', 'here (https://a.io/?x=1&y=2)'],
		['a link that would run', [p(['here', { link: { href: 'javascript:alert(1)' } }])], '<p>here</p>', 'here'],
		['a mail link that says its address', [p(['a@b.io', { link: { href: 'mailto:a@b.io' } }])], '<p><a href="mailto:a@b.io">a@b.io</a></p>', 'a@b.io'],
		['lists', [{ type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [p(['x'])] }, { type: 'listItem', content: [p(['y']), { type: 'bulletList', content: [{ type: 'listItem', content: [p(['z'])] }] }] }] }], '<ol start="3"><li><p>x</p></li><li><p>y</p><ul><li><p>z</p></li></ul></li></ol>', '3. x\n4. y\n  - z'],
		['a line end, a rule, a quote, code', [{ type: 'paragraph', content: [text(['a']), { type: 'hardBreak' }, text(['b'])] }, { type: 'horizontalRule' }, { type: 'blockquote', content: [p(['q'])] }, { type: 'codeBlock', content: [text(['x < y'])] }], '<p>a<br>b</p><hr><blockquote><p>q</p></blockquote><pre><code>x &lt; y</code></pre>', 'a\nb\n\n—\n\n> q\n\nx < y'],
		['nothing', [], '', ''],
		['only an empty paragraph, as an editor leaves it', [{ type: 'paragraph' }], '', ''],
		['an element we do not know', [{ type: 'video', content: [text(['kept'])] }], 'kept', 'kept'],
	])('%s', (_, nodes, html, plain) => {
		expect(htmlOf(fragmentOf(nodes))).toBe(html);
		expect(plainTextOf(fragmentOf(nodes))).toBe(plain);
	});

	test.each<[string, Json[], string]>([
		['quotes in a default', [p(['Hi {{ contact.name | default: "there" }} & co'])], '<p>Hi {{ contact.name | default: "there" }} &amp; co</p>'],
		['a tag that compares', [p(['{% if customer.mrr < 500 %}small{% endif %}'])], '<p>{% if customer.mrr < 500 %}small{% endif %}</p>'],
		['a tag that formatting has cut in two', [p(['Hi {{ cust', { bold: {} }], ['omer.name }}!'])], '<p><strong>Hi {{ customer.name }}</strong>!</p>'],
		['markup hidden in a tag', [p(['{{ "<img src=x onerror=alert(1)>" }}'])], '<p>{{ "&lt;img src=x onerror=alert(1)>" }}</p>'],
		['braces that are no tag', [p(['{{ < never closed'])], '<p>{{ &lt; never closed</p>'],
		['a link from a variable', [p(['x', { link: { href: '{{ customer.domain | default: "a" }}' } }])], "<p><a href=\"{{ customer.domain | default: 'a' }}\">x</a></p>"],
	])('Liquid stays as it was typed: %s', (_, nodes, html) => expect(htmlOf(fragmentOf(nodes))).toBe(html));

	test.each([
		['https://a.io', 'https://a.io'],
		[' HTTP://a.io ', 'HTTP://a.io'],
		['https://a.io/"onclick="x', 'https://a.io/&quot;onclick=&quot;x'],
		['{{ x', null],
		['{{ "a" | append: \'b\' }}', null],
		['data:text/html,x', null],
		['/relative', null],
		[7, null],
	])('href %j', (value, expected) => expect(hrefOf(value)).toBe(expected));

	test('paragraphs of a skeleton', () => {
		const fragment = new Y.Doc().getXmlFragment('focusAreas');
		paragraphsInto(fragment, ['One\ntwo', 'a < b']);
		expect(htmlOf(fragment)).toBe('<p>One<br>two</p><p>a &lt; b</p>');
	});

	test.each([
		['loose text', 'Hello <b>you</b>', '<p>Hello <strong>you</strong></p>'],
		['what we do not write', '<div class="x"><p onclick="y">a<img src="z"></p></div><script>b</script>', '<p>a</p><p>b</p>'],
		['a bad link', '<p><a href="javascript:x">a</a></p>', '<p>a</p>'],
		['unclosed', '<ul><li>a<li>b', '<ul><li><p>a</p><li><p>b</p></li></li></ul>'],
		['spaces between blocks', '<p>a</p>\n<p>b</p>', '<p>a</p><p>b</p>'],
	])('foreign HTML: %s', (_, html, expected) => expect(htmlOf(from(html))).toBe(expected));

	const words = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('{{ a | default: "b" }}', '{% if a < b %}', '{{ "<b>" }}', '&amp;', '<p>', '{{', '}}'));
	const marks = fc.record({ bold: fc.constant({}), italic: fc.constant({}), code: fc.constant({}), link: fc.constantFrom({ href: 'https://a.io/?b&c="d"' }, { href: '{{ x }}' }) }, { requiredKeys: [] });
	const inline = fc.array(fc.tuple(words, marks), { minLength: 1, maxLength: 4 }).map((parts) => text(...parts));
	const block: fc.Arbitrary<Json> = fc.oneof(
		fc.constant<Json>({ type: 'horizontalRule' }),
		inline.map((one): Json => ({ type: 'paragraph', content: [one] })),
		fc.tuple(inline, fc.integer({ min: 1, max: 3 })).map(([one, level]): Json => ({ type: 'heading', attrs: { level }, content: [one] })),
		fc.array(inline, { minLength: 1, maxLength: 3 }).map((list): Json => ({ type: 'bulletList', content: list.map((one) => ({ type: 'listItem', content: [{ type: 'paragraph', content: [one] }] })) })),
		fc.tuple(inline, inline).map(([a, b]): Json => ({ type: 'paragraph', content: [a, { type: 'hardBreak' }, b] })),
		inline.map((one): Json => ({ type: 'codeBlock', content: [{ type: 'text', text: (one.text ?? []).map(([part]) => [part]) }] })),
	);

	test('our own HTML comes back as the same HTML and the same text: a version restored is the version', () => {
		fc.assert(
			fc.property(fc.array(block, { maxLength: 5 }), (blocks) => {
				const before = fragmentOf(blocks);
				const after = from(htmlOf(before));
				expect(htmlOf(after)).toBe(htmlOf(before));
			}),
			{ numRuns: 200 },
		);
	}, 60_000);

	test('whatever is typed, no tag and no attribute comes out but our own', () => {
		fc.assert(
			fc.property(fc.array(block, { maxLength: 5 }), (blocks) => {
				for (const [tag] of htmlOf(fragmentOf(blocks)).matchAll(/<[a-z/!?][^>]*>/gi)) expect(tag).toMatch(/^<\/?(p|h[1-6]|ul|ol|li|blockquote|pre|code|strong|em|u|s|a|br|hr)( href="[^"]*"| start="\d+")?>$/);
			}),
			{ numRuns: 150 },
		);
	}, 60_000);
});
