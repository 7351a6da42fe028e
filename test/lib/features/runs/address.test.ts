import { expect, test } from 'vitest';
import { addressWith, countOf, filterAt, readAddress } from '../../../../src/lib/features/runs/list/address.ts';

const at = (query: string) => new URL(`https://c.example/runs${query}`);

test('RU4: the address says what the list is narrowed to, and back', () => {
	const address = readAddress(at('?state=stuck&playbook=p1&owner=ada&since=30&old').searchParams, {});
	expect(address).toEqual({ state: 'stuck', playbookId: 'p1', customerId: null, owner: 'ada', days: 30, isWithOld: true });
	expect(countOf(address, {})).toBe(3);
	expect(addressWith(at('?tab=playbooks'), address)).toBe('/runs?tab=playbooks&state=stuck&playbook=p1&owner=ada&since=30&old');
	expect(addressWith(at('?tab=playbooks&state=stuck&old&since=7'), { state: 'all', days: null, isWithOld: false })).toBe('/runs?tab=playbooks');
});

test('what can’t be read narrows nothing; a page’s own scope stands over the address, and isn’t counted', () => {
	expect(readAddress(at('?state=red&since=5').searchParams, {})).toEqual({ state: 'all', playbookId: null, customerId: null, owner: null, days: null, isWithOld: false });
	const scoped = readAddress(at('?playbook=p2&customer=c1').searchParams, { playbookId: 'p1' });
	expect([scoped.playbookId, scoped.customerId, countOf(scoped, { playbookId: 'p1' })]).toEqual(['p1', 'c1', 1]);
});

test('“since” is days back, by the hour: asked twice, it is the same question', () => {
	const hour = 3_600_000;
	const since = (now: number) => filterAt({ ...readAddress(at('?since=7').searchParams, {}) }, now).since;
	expect(since(500 * hour + 5)).toBe(500 * hour - 7 * 24 * hour);
	expect(since(500 * hour + 5)).toBe(since(501 * hour - 1));
});
