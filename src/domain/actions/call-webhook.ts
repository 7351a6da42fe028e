/** Calls an address of an outside system with a JSON body; the response can be used by later steps as `run.vars.<step>` (AC10). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { renderAll } from './render-all.ts';
import { chosen, edited } from '../triggers/parameters.ts';

const methods = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;
type Params = { method: (typeof methods)[number]; url: string; headers: { name: string; value: string }[]; body: string };

/** Headers that the sender sets itself, or that would change where the request goes. */
const reserved = /^(host|content-length|connection|transfer-encoding|webhook-id|webhook-timestamp|webhook-signature|idempotency-key)$/i;
const hasBody = ({ method, body }: Params) => body.trim() !== '' && method !== 'GET' && method !== 'DELETE';
const templates = (params: Params) => [
	{ param: 'url', text: params.url, escape: 'url' as const },
	...params.headers.map(({ value }, i) => ({ param: `headers.${i}`, text: value, escape: 'none' as const })),
	...(hasBody(params) ? [{ param: 'body', text: params.body, escape: 'json' as const }] : []),
];
const isJson = (text: string): boolean => {
	try {
		return JSON.parse(text) !== undefined;
	} catch {
		return false;
	}
};

export const callWebhook: Action<Params> = {
	type: 'call-webhook',
	icon: 'webhook',
	group: 'outside',
	schema: v.object({
		method: v.pipe(v.picklist(methods, 'required'), edited('choice', 'method')),
		// The host is fixed by the author: a value from a record never decides where a request goes.
		url: v.pipe(chosen(), v.trim(), v.regex(/^https?:\/\/[^\s/{}?#@]+([/?#]|$)/i, 'url'), edited('url', 'url')),
		headers: v.pipe(
			v.optional(v.array(v.object({ name: v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'header'), v.check((name) => !reserved.test(name), 'reserved')), value: v.string() })), []),
			edited('headers', 'headers'),
		),
		body: v.pipe(v.optional(v.string(), ''), edited('json', 'body')),
	}),
	initial: () => ({ method: 'POST', url: '', headers: [], body: '{ "customer": "{{ customer.name }}" }' }),
	plan: (params, facts) => {
		const filled = renderAll(templates(params), facts);
		if ('refusal' in filled) return filled;
		const { url = '', body = null } = filled.texts;
		if (body !== null && !isJson(body)) return { refusal: { code: 'bad-json', detail: { body: body.slice(0, 200) } } };
		const headers = Object.fromEntries(params.headers.map(({ name }, i) => [name.toLowerCase(), filled.texts[`headers.${i}`]!.replace(/[\r\n\0]+/g, ' ').trim()]));
		return { intents: [{ part: 0, request: { kind: 'webhook', method: params.method, url: url.replace(/\s/g, '%20'), headers: body === null ? headers : { 'content-type': 'application/json', ...headers }, body } }] };
	},
	output: ([response]) => {
		const { body } = (response ?? {}) as { body?: unknown };
		return typeof body === 'string' && isJson(body) ? { ...(response as object), body: JSON.parse(body) as unknown } : (response ?? null);
	},
	templates,
};
