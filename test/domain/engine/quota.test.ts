import { describe, expect, it } from 'vitest';
import type { IntentRequest } from '#domain/actions/action.ts';
import { chargesOf, fits } from '#domain/engine/quota.ts';

const at = Date.UTC(2026, 10, 22, 22, 30);
const mail = (email: string | null, mailKind: 'automatic' | 'internal' | 'validated' = 'automatic'): IntentRequest => ({
	...{ kind: 'mail', mailKind, from: email === null ? null : { name: 'A', email }, replyTo: null, to: ['x@y.example'], cc: [], bcc: [] },
	...{ subject: 's', html: '', text: '', customerId: 'c' },
});

describe('R18: what is charged', () => {
	it.each([
		['no limit', null, [mail('a@x.example')], []],
		['each mail by its sender', 5, [mail('A@x.example'), mail('b@x.example'), mail('a@x.example')], [['mail a@x.example', 2], ['mail b@x.example', 1]]],
		['the workspace’s own address', 5, [mail(null)], [['mail', 1]]],
		['not what somebody approved, nor mail to colleagues', 5, [mail('a@x.example', 'validated'), mail('a@x.example', 'internal')], []],
		['not what is no mail', 5, [{ kind: 'webhook', method: 'POST', url: 'https://x.example', headers: {}, body: null } satisfies IntentRequest], []],
	])('%s', (_, mailsADay, requests, expected) =>
		expect(chargesOf(requests, { mailsADay }, 'UTC', at).map(({ bucket, count }) => [bucket, count])).toEqual(expected));

	it.each([
		['UTC', Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 23)],
		// There it is the 23rd already.
		['Europe/Paris', Date.UTC(2026, 10, 21, 23), Date.UTC(2026, 10, 22, 23)],
		['Pacific/Auckland', Date.UTC(2026, 10, 22, 11), Date.UTC(2026, 10, 23, 11)],
	])('a day is the workspace’s: %s', (zone, window, until) => expect(chargesOf([mail('a@x.example')], { mailsADay: 1 }, zone, at)[0]).toMatchObject({ window, until }));

	it('a day of 23 or 25 hours is one day', () => {
		const [spring] = chargesOf([mail('a@x.example')], { mailsADay: 1 }, 'Europe/Paris', Date.UTC(2026, 2, 29, 12));
		const [autumn] = chargesOf([mail('a@x.example')], { mailsADay: 1 }, 'Europe/Paris', Date.UTC(2026, 9, 25, 12));
		expect([spring!.until - spring!.window, autumn!.until - autumn!.window]).toEqual([23 * 3_600_000, 25 * 3_600_000]);
	});

	it.each([[0, 1, true], [9, 1, true], [10, 1, false], [9, 2, false], [0, 11, true], [1, 11, false]])('of 10, %i used: %i more fits: %s', (used, count, expected) => expect(fits({ count, cap: 10 }, used)).toBe(expected));
});
