/** Several tabs of one device: one leads, the others follow, and nothing is lost or said too early when the lead goes (S4, S16, ADR 13). */
import { afterEach, describe, expect, it } from 'vitest';
import { Tabs } from '../../../src/lib/sync/tabs.ts';
import { type DeviceDouble, deviceDouble, tabDouble, until } from './device-double.ts';

const open: { end: () => void }[] = [];
afterEach(() => {
	for (const tabs of open.splice(0)) tabs.end();
});

function tabOf(device: DeviceDouble, id: string) {
	const tab = tabDouble(device);
	const tabs = new Tabs('cuebook:tabs:ada:w1', id, tab);
	open.push(tabs);
	const led: boolean[] = [];
	tabs.follow((isLead) => led.push(isLead));
	return { tab, tabs, led };
}

describe('one tab leads', () => {
	it('the first; the others know it, and hear each other', async () => {
		const device = deviceDouble();
		const one = tabOf(device, 'one');
		await until('it leads', () => one.tabs.isLead);
		const [two, three] = [tabOf(device, 'two'), tabOf(device, 'three')];
		await until('the others follow', () => two.led.length === 1 && three.led.length === 1);
		expect([one.led, two.led, three.led]).toEqual([[true], [false], [false]]);
		const heard: unknown[] = [];
		three.tabs.on('topic', (body, from) => heard.push([from, body]));
		two.tabs.post('topic', { n: 1 });
		await until('it is heard', () => heard.length === 1);
		expect(heard).toEqual([['two', { n: 1 }]]);
	});

	it('when it is closed or killed another takes over within 2 s, and the lead hears of tabs that are gone', async () => {
		const device = deviceDouble();
		const one = tabOf(device, 'one');
		await until('it leads', () => one.tabs.isLead);
		const [two, three] = [tabOf(device, 'two'), tabOf(device, 'three')];
		await until('the others follow', () => two.led.length === 1 && three.led.length === 1);
		one.tab.kill();
		await until('two leads', () => two.tabs.isLead, 2_000);
		await until('three knows it', () => three.led.length === 2);
		expect(three.tabs.isLead).toBe(false);
		const gone: string[] = [];
		two.tabs.onGone((tab) => gone.push(tab));
		three.tabs.post('topic', 'I am here');
		await until('three was heard', () => three.led.length === 2);
		three.tab.kill();
		await until('its death is noticed', () => gone.includes('three'));
		two.tabs.end();
		const four = tabOf(device, 'four');
		await until('the next one leads', () => four.tabs.isLead);
	});

	it('one that hangs is relieved by the tab that is looked at, and steps back when it wakes', async () => {
		const device = deviceDouble();
		const one = tabOf(device, 'one');
		await until('it leads', () => one.tabs.isLead);
		const two = tabOf(device, 'two');
		await until('the other follows', () => two.led.length === 1);
		one.tab.hang();
		const from = Date.now();
		await until('two leads', () => two.tabs.isLead);
		expect(Date.now() - from).toBeGreaterThan(1_000);
		one.tab.goOn();
		await until('one has stepped back', () => one.led.at(-1) === false);
		expect([one.tabs.isLead, two.tabs.isLead]).toEqual([false, true]);
		two.tabs.end();
		await until('and leads again when the other goes', () => one.tabs.isLead);
	});

	it('one that nobody looks at gives it to the one that is looked at (hidden tabs have slow clocks)', async () => {
		const device = deviceDouble();
		const one = tabOf(device, 'one');
		await until('it leads', () => one.tabs.isLead);
		const two = tabOf(device, 'two');
		await until('the other follows', () => two.led.length === 1);
		one.tab.isLookedAt = false;
		await until('two leads', () => two.tabs.isLead);
		await until('one follows', () => one.led.at(-1) === false);
	});

	it('without locks, or without a store to share, every tab leads', () => {
		const device = deviceDouble({ locks: undefined });
		const [one, two] = [tabDouble(device), tabDouble(device)].map((tab, n) => new Tabs('t', `t${n}`, { ...tab, locks: undefined }));
		open.push(one!, two!);
		expect([one!.isLead, two!.isLead]).toEqual([true, true]);
		const bare = new Tabs('t', 'bare', { ...tabDouble(deviceDouble()), indexedDB: undefined });
		open.push(bare);
		expect(bare.isLead).toBe(true);
	});
});
