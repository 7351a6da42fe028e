import { expect, it } from 'vitest';
import { plainText } from '#domain/text/plain-text.ts';

it.each([
	['<p>Hi Mia,</p><p>One<br>two</p>', 'Hi Mia,\n\nOne\ntwo'],
	['<ul><li><p>a</p></li><li>b</li></ul><p>c</p>', '- a\n\n- b\n\nc'],
	['See <a href="https://x.example/a?b=1&amp;c=2">our page</a>', 'See our page (https://x.example/a?b=1&c=2)'],
	['<a href="https://x.example">https://x.example</a> <a href="mailto:a@b.example">a@b.example</a>', 'https://x.example a@b.example'],
	['Acme &amp; Sons &lt;3 &#8217; &#x1F600; &nbsp;x &unknown;', 'Acme & Sons <3 ’ 😀  x &unknown;'],
	['<style>p{}</style><script>alert(1)</script><!-- no -->text', 'text'],
	['<p>a < b and c > d</p>', 'a < b and c > d'],
	['<p> </p>', ''],
	['', ''],
])('%s', (html, expected) => expect(plainText(html)).toBe(expected));
