import { describe, expect, it } from 'vitest';
import { blanks, problemOf, render, unescapeLiquid, type Escape } from '#domain/text/liquid.ts';
import { slug } from '#domain/text/scope.ts';
import { variables } from '#domain/text/variables.ts';
import { contacts, factsOf, noon, settings } from '../facts.ts';

const facts = factsOf({
	event: { type: 'customer.stage-changed', at: noon, subjectId: 'customer_acme', data: { field: 'stage', from: 'stage_new', to: 'stage_live' } },
	run: { id: 'run_1', startedAt: noon, vars: { hook: { status: 200, body: { score: 7 } } } },
});
const text = (template: string, escape: Escape = 'none', about = facts) => {
	const rendered = render(template, about, { escape, contact: contacts[0]! });
	return rendered.ok ? rendered.text : `! ${rendered.reason}`;
};

describe('EM4: variables', () => {
	it.each([
		['{{ customer.name }}', 'Acme & Sons'],
		['{{ customer.stage }} {{ customer.stageId }}', 'New stage_new'],
		['{{ customer.owner }}', 'Ann Smith'],
		['{{ customer.tags }}', 'Hot'],
		['{{ customer.mrr }}', '1200'],
		['{{ customer.key_goal_2026 }} {{ customer.f_goal }}', 'Grow Grow'],
		['{{ customer.plan }}', 'Pro'],
		['{{ customer.ingenieur }}', 'Bo Li'],
		['{{ customer.kick_off }}', '16 April 2026'],
		['{{ customer.kick_off | date: "%Y-%m-%d %H:%M" }}', '2026-04-16 00:00'],
		['{{ customer.vip }}', 'true'],
		['{{ contact.firstName }} / {{ contact.email }}', 'Mia / mia@customer.example'],
		['{{ owner.firstName }} {{ owner.email }}', 'Ann ann@cs.example'],
		['{{ event.from }} → {{ event.to }} ({{ event.toId }})', 'New → Live (stage_live)'],
		['{{ run.id }} {{ run.vars.hook.body.score }}', 'run_1 7'],
		['{{ workspace.name }}', 'Northwind CS'],
		['{{ customer.lastTouchAt }}|{{ customer.nothing }}|{{ nothing.at.all }}', '||'],
		['{{ customer.lastTouchAt | default: "never" }} {{ contact.phone | default: "no phone" }}', 'never no phone'],
		['{% if customer.stage == "New" %}new{% else %}old{% endif %}', 'new'],
		['{% for tag in customer.tags %}[{{ tag }}]{% endfor %}', '[Hot]'],
	])('%s → %s', (template, expected) => expect(text(template)).toBe(expected));

	it('a custom field never hides a built-in one', () => expect(text('{{ customer.name }} {{ customer.f_shadow }}')).toBe('Acme & Sons Shadow'));
	it('dates speak the workspace’s language', () => expect(text('{{ customer.kick_off }}', 'none', factsOf({ settings: { ...settings, language: 'fr' } }))).toBe('16 avril 2026'));
	it('the picker’s variables all print what they name', () => {
		const offered = variables(settings);
		expect(new Set(offered.map(({ path }) => path)).size).toBe(offered.length);
		for (const { path } of offered) expect(problemOf(`{{ ${path} }}`)).toBeNull();
		expect(offered.find(({ label }) => 'name' in label && label.name === 'Name')?.path).toBe('customer.f_shadow');
		expect(text(`{{ ${offered.find(({ label }) => 'name' in label && label.name === 'Seats')!.path} }}`)).toBe('25');
	});
	it.each([['Key goal (2026)', 'key_goal_2026'], ['Prénom du champion', 'prenom_du_champion'], ['2nd line', '_2nd_line'], ['日本', ''], ['  —  ', '']])('slug %s', (name, expected) => expect(slug(name)).toBe(expected));
});

describe('values are safe where they are printed', () => {
	it.each<[Escape, string, string]>([
		['html', '<p>{{ contact.name }}</p>', '<p>Mia &quot;M&quot; O’Neil &lt;CEO&gt;</p>'],
		['html', '{{ customer.name }}', 'Acme &amp; Sons'],
		['html', '{{ contact.phone | default: &quot;no &lt;b&gt; phone&quot; }}', 'no &lt;b&gt; phone'],
		['html', '{% if customer.mrr &gt; 1000 &nbsp;%}big{% endif %}', 'big'],
		['html', '{{ customer.name | append: &#39;!&#39; }} &quot;quoted&quot;', 'Acme &amp; Sons! &quot;quoted&quot;'],
		['json', '{ "name": "{{ contact.name }}", "mrr": {{ customer.mrr }}, "tags": {{ customer.tags | json }} }', '{ "name": "Mia \\"M\\" O’Neil <CEO>", "mrr": 1200, "tags": ["Hot"] }'],
		['url', 'https://x.example/{{ customer.name }}?q=1', 'https://x.example/Acme%20%26%20Sons?q=1'],
		['none', '{{ contact.name }}', 'Mia "M" O’Neil <CEO>'],
	])('%s: %s', (escape, template, expected) => expect(text(template, escape)).toBe(expected));

	it('unescapes once, and only inside Liquid', () => {
		expect(unescapeLiquid('&quot;{{ &amp;quot; &quot; }}&quot;')).toBe('&quot;{{ &quot; " }}&quot;');
		expect(unescapeLiquid('{{ "&amp;lt;" }}')).toBe('{{ "&lt;" }}');
	});
});

describe('the sandbox', () => {
	it.each([
		['an unknown filter', '{{ customer.name | shout }}', /undefined filter: shout/],
		['raw printing', '{{ customer.name | raw }}', /undefined filter: raw/],
		['files', '{% include "/etc/passwd" %}', /tag "include" not found/],
		['files', '{% render "x" %}', /tag "render" not found/],
		['layouts', '{% layout "x" %}', /tag "layout" not found/],
		['an unclosed block', '{% if customer.name %}', /not closed/],
		['an unclosed output', 'Hi {{ customer.name', /not closed/],
		['an endless loop', '{% for i in (1..100000000) %}x{% endfor %}', /limit exceeded/],
		['a huge text', 'x'.repeat(200_001), /limit exceeded/],
	])('refuses %s: %s', (_, template, reason) => expect(text(template.slice(0, 300_000))).toMatch(reason));

	it('stops in time', () => {
		const slow = '{% for i in (1..1000) %}{% for j in (1..1000) %}{% for k in (1..1000) %}{{ i }}{% endfor %}{% endfor %}{% endfor %}';
		const started = performance.now();
		expect(text(slow)).toMatch(/limit exceeded/);
		expect(performance.now() - started).toBeLessThan(5_000);
	});
	it('reads own properties only', () => expect(text('{{ customer.constructor }}{{ customer.__proto__ }}{{ customer.name.constructor }}')).toBe(''));
	it('says what is wrong without a record', () => {
		expect(problemOf('{{ customer.name }}')).toBeNull();
		expect(problemOf('{{ customer.name | nope }}')).toMatch(/nope/);
		expect(problemOf('{{ x | default: &quot;y&quot; }}', 'html')).toBeNull();
	});
});

describe('EM4: blanks', () => {
	it('lists what would print nothing, once, without those that have a default', () => {
		const template = 'Hi {{ contact.firstName }}, {{ contact.phone }} {{- contact.phone -}} {{ contact.title | default: "x" }} {{ customer.lastTouchAt }} {{ customer.name }} {{ "text" }}';
		expect(blanks(template, facts, contacts[0])).toEqual(['contact.phone', 'customer.lastTouchAt']);
		expect(blanks(template, facts)).toEqual(['contact.firstName', 'contact.phone', 'customer.lastTouchAt']);
	});
	it('reads rich text', () => expect(blanks('<p>{{ contact.phone | default: &quot;x&quot; }}{{ customer.parentId&nbsp;}}</p>', facts, contacts[0])).toEqual(['customer.parentId']));
});
