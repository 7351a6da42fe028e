import { afterEach, describe, expect, it } from 'vitest';
import { makeCall } from '../../../src/lib/sync/call.ts';
import { CommandQueue } from '../../../src/lib/sync/command-queue.svelte.ts';
import type { CommandQueueOptions, Outcome } from '../../../src/lib/sync/queued-command.ts';
import { CommandStore } from '../../../src/lib/sync/command-store.ts';
import type { Environment } from '../../../src/lib/sync/environment.ts';
import { Tabs } from '../../../src/lib/sync/tabs.ts';
import { appDouble } from './app-double.ts';
import { deviceDouble, tabDouble, until } from './device-double.ts';

const open: CommandQueue[] = [];
afterEach(() => {
	for (const queue of open.splice(0)) queue.end();
});

function queueOn(device: Environment, app: ReturnType<typeof appDouble>, changes: Partial<CommandQueueOptions> = {}) {
	const queue = new CommandQueue({
		store: new CommandStore('cuebook:commands:ada:w1', device),
		environment: device,
		call: makeCall(app),
		onAnswered: () => {},
		onProblem: () => {},
		...changes,
	});
	open.push(queue);
	return queue;
}

describe('SY3: what a person decides', () => {
	it('is sent at once and answered', async () => {
		const app = appDouble();
		app.decide = ({ args }) => ({ status: 'accepted', result: { seen: args.taskId } });
		const queue = queueOn(deviceDouble(), app);
		const { id, outcome } = queue.send('complete-task', { taskId: 't1' });
		expect(queue.waiting.map((command) => command.id)).toEqual([id]);
		expect(await outcome).toEqual({ status: 'accepted', result: { seen: 't1' } });
		expect(queue.waiting).toEqual([]);
	});

	it('offline it waits, survives closing the tab, and is sent in order after the next start', async () => {
		const app = appDouble();
		app.isOnline = false;
		const device = deviceDouble({ random: () => 0 });
		const first = queueOn(device, app);
		for (const n of [1, 2, 3]) {
			first.send('complete-task', { n });
			await new Promise((resolve) => setTimeout(resolve, 3));
		}
		await until('it was tried', () => first.waiting[0]!.reason !== null);
		first.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect(again.waiting.map((command) => (command.args as any).n)).toEqual([1, 2, 3]);
		app.isOnline = true;
		device.wake();
		await until('all were sent', () => again.waiting.length === 0);
		expect(app.log.filter(({ path }) => path === '/api/commands').map(({ body }) => body.args.n)).toEqual([1, 2, 3]);
	});

	it('keeps the order in which it was decided: several within one millisecond, and when the clock is set back', async () => {
		const app = appDouble();
		app.isOnline = false;
		let now = 5_000;
		const device = deviceDouble({ random: () => 0, now: () => now });
		const first = queueOn(device, app);
		for (const id of ['command_c', 'command_b', 'command_a']) {
			first.send('create-customer', {}, id);
			if (id === 'command_b') now = 1_000;
		}
		await first.written();
		first.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect(again.waiting.map(({ id }) => id)).toEqual(['command_c', 'command_b', 'command_a']);
	});

	it('is executed once by its id, though answers are lost', async () => {
		const app = appDouble();
		app.loseAnswers = 3;
		const queue = queueOn(deviceDouble({ random: () => 0 }), app);
		const { id, outcome } = queue.send('complete-task', {});
		expect(await outcome).toEqual({ status: 'accepted' });
		expect(app.executed.get(id)).toBe(1);
		expect(app.log.filter(({ body }) => body?.id === id).length).toBe(4);
	});

	it('held and refused ones stay, with the reason, also after a reload, until somebody read them', async () => {
		const app = appDouble();
		app.decide = ({ type }) => (type === 'complete-task' ? { status: 'held', reason: 'already-completed' } : { status: 'refused', reason: 'no-right' });
		const device = deviceDouble();
		const first = queueOn(device, app);
		const answers = await Promise.all([first.send('complete-task', {}).outcome, first.send('publish-playbook', {}).outcome]);
		expect(answers.map((outcome) => outcome.status)).toEqual(['held', 'refused']);
		first.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect([again.held, again.refused].map(([command]) => command!.reason)).toEqual(['already-completed', 'no-right']);
		again.dismiss(again.held[0]!.id);
		expect(again.held).toEqual([]);
		expect(app.log.length, 'nothing was sent again').toBe(2);
	});

	it('a 4xx is a refusal with its words; a 5xx and an ended session are tried again', async () => {
		const app = appDouble();
		const answers = [
			{ status: 503, body: {} },
			{ status: 401, body: { code: 'signed-out', message: '' } },
			{ status: 400, body: { code: 'not-valid', message: 'taskId is missing' } },
		];
		app.instead = () => answers.shift() ?? null;
		const queue = queueOn(deviceDouble({ random: () => 0 }), app);
		expect(await queue.send('complete-task', {}).outcome).toEqual({ status: 'refused', reason: 'not-valid', message: 'taskId is missing' });
		expect(answers).toEqual([]);
	});

	it('one that the server stumbles over doesn’t hold up the others for ever', async () => {
		const app = appDouble();
		let bad = '';
		app.fetch = ((fetch) =>
			(async (path: string, init?: RequestInit) =>
				String(init?.body).includes(bad) ? new Response('{}', { status: 500 }) : fetch(path, init)) as typeof app.fetch)(app.fetch);
		const queue = queueOn(deviceDouble({ random: () => 0 }), app);
		bad = queue.send('explode', {}).id;
		expect(await queue.send('complete-task', {}).outcome).toEqual({ status: 'accepted' });
		expect(queue.waiting.map((command) => command.type)).toEqual(['explode']);
	});

	it('goes with the ground that was seen; what is held keeps both sides of each difference', async () => {
		const app = appDouble();
		const ground = [{ name: 'customer/c1/stage', was: 'live' }];
		const differences = [{ name: 'customer/c1/stage', was: 'live', now: 'lost' }];
		app.decide = () => ({ status: 'held', reason: 'ground-changed', differences });
		const device = deviceDouble();
		const queue = queueOn(device, app);
		await queue.send('complete-task', { taskId: 't1' }, 'command_held', ground).outcome;
		expect(app.log.find(({ path }) => path === '/api/commands')!.body).toMatchObject({ id: 'command_held', ground });
		queue.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect(again.held).toMatchObject([{ id: 'command_held', reason: 'ground-changed', differences, ground }]);
	});

	it('a thousand at once are kept in few writes, in their order', async () => {
		const app = appDouble();
		app.isOnline = false;
		const device = deviceDouble();
		const factory = device.indexedDB!;
		let writes = 0;
		const opening = factory.open.bind(factory);
		factory.open = (...args: Parameters<typeof opening>) => {
			const request = opening(...args);
			request.addEventListener('success', () => {
				const begin = request.result.transaction.bind(request.result);
				request.result.transaction = (...scope: Parameters<typeof begin>) => ((writes += scope[1] === 'readwrite' ? 1 : 0), begin(...scope));
			});
			return request;
		};
		const queue = queueOn(device, app);
		await queue.loaded;
		for (let n = 0; n < 1_000; n++) queue.send('complete-task', { n });
		await queue.written();
		// Besides those of the one that is tried.
		expect(writes).toBeLessThan(10);
		queue.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect(again.waiting.map(({ args }) => (args as { n: number }).n)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
	});

	it('one that can be undone is on the device at once, and is sent when that time is over, whatever becomes of its tab', async () => {
		const app = appDouble();
		let at = 5_000;
		const timers: { run: () => void; ms: number }[] = [];
		const isLong = (ms: number) => ms > 100;
		const device = deviceDouble({ now: () => at, setTimeout: (run, ms) => (isLong(ms) ? timers.push({ run, ms }) : setTimeout(run, ms)) });
		const first = queueOn(device, app);
		await first.loaded;
		first.send('complete-task', { n: 'kept back' }, 'command_1', [], 5_000);
		const { outcome } = first.send('complete-task', { n: 'at once' }, 'command_2');
		expect(await outcome, 'it holds up nobody').toMatchObject({ status: 'accepted' });
		expect([first.isSaving, first.waiting.map(({ id, notBefore }) => [id, notBefore])]).toEqual([false, [['command_1', 10_000]]]);
		first.end();

		at += 2_000;
		timers.length = 0;
		const again = queueOn(device, app);
		await until('it waits for the rest of its time', () => timers.some(({ ms }) => ms === 3_000));
		expect([again.waiting[0]!.notBefore, app.executed.get('command_1')]).toEqual([10_000, undefined]);
		at += 3_000;
		timers.find(({ ms }) => ms === 3_000)!.run();
		expect(again.waiting.map(({ notBefore }) => notBefore), 'it is not to be undone any more').toEqual([undefined]);
		await until('it is sent', () => app.executed.get('command_1') === 1 && again.waiting.length === 0);
	});

	it('undone in its time, it is never sent; not looked at any more, it is sent at once; a clock set back keeps nothing', async () => {
		const app = appDouble();
		let at = 5_000_000;
		const device = deviceDouble({ now: () => at });
		const queue = queueOn(device, app);
		await queue.send('complete-task', {}, 'command_0').outcome;
		const undone = queue.send('complete-task', {}, 'command_1', [], 5_000);
		await queue.cancel('command_1');
		expect([await undone.outcome, queue.waiting.length]).toEqual([{ status: 'refused', reason: 'taken-back' }, 0]);

		const seen = queue.send('complete-task', {}, 'command_2', [], 50_000);
		await queue.written();
		device.hide();
		expect(await seen.outcome).toMatchObject({ status: 'accepted' });

		queue.send('complete-task', {}, 'command_3', [], 5_000);
		await queue.written();
		queue.end();
		at -= 3_600_000;
		const later = queueOn(device, app);
		await until('it is sent', () => app.executed.get('command_3') === 1 && later.waiting.length === 0);
		expect([...app.executed.keys()]).toEqual(['command_0', 'command_2', 'command_3']);
	});

	it('undone in a tab that follows, it is never sent by the one that leads', async () => {
		const app = appDouble();
		const device = deviceDouble();
		const [lead, follower] = [queueOn(device, app, { tabs: new Tabs('cuebook:tabs:ada:w1', 'a', tabDouble(device)) }), queueOn(device, app, { tabs: new Tabs('cuebook:tabs:ada:w1', 'b', tabDouble(device)) })] as const;
		await Promise.all([lead.loaded, follower.loaded]);
		const { outcome } = follower.send('complete-task', {}, 'command_1', [], 50_000);
		await until('the lead has it too', () => lead.waiting[0]?.notBefore !== undefined);
		await follower.cancel('command_1');
		expect(await outcome).toEqual({ status: 'refused', reason: 'taken-back' });
		await until('both are rid of it', () => lead.waiting.length + follower.waiting.length === 0);
		expect(app.executed.size).toBe(0);
	});

	it('what was done in part keeps whom it left out, and why, until somebody read it: also after a reload', async () => {
		const app = appDouble();
		app.decide = () => ({ status: 'accepted', result: { results: [{ customerId: 'a', outcome: 'changed' }, { customerId: 'b', outcome: 'refused', reason: 'parent-circle' }] } });
		const device = deviceDouble();
		const queue = queueOn(device, app);
		expect(await queue.send('edit-customers', { customerIds: ['a', 'b'] }, 'command_1').outcome).toMatchObject({ status: 'accepted' });
		queue.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect(again.refused).toMatchObject([{ id: 'command_1', reason: 'in-part', leftOut: [{ customerId: 'b', reason: 'parent-circle' }] }]);
		again.dismiss('command_1');
		expect([again.refused, again.waiting, app.executed.get('command_1')]).toEqual([[], [], 1]);
	});

	it('what was read and put away can be put back, in every tab and after a reload', async () => {
		const app = appDouble();
		app.decide = () => ({ status: 'held', reason: 'stale' });
		const device = deviceDouble();
		const queue = queueOn(device, app);
		await queue.send('complete-task', {}, 'command_1').outcome;
		const putBack = queue.dismiss('command_1');
		expect(queue.held).toEqual([]);
		putBack();
		expect(queue.held.map(({ id }) => id)).toEqual(['command_1']);
		await queue.written();
		queue.end();
		const again = queueOn(device, app);
		await again.loaded;
		expect([again.held.map(({ id }) => id), app.executed.get('command_1')]).toEqual([['command_1'], 1]);
	});

	it('can be taken back while it waits: never tried, it is simply gone', async () => {
		const app = appDouble();
		app.isOnline = false;
		const queue = queueOn(deviceDouble({ random: () => 0 }), app);
		queue.send('complete-task', { n: 1 }, 'command_first');
		queue.send('complete-task', { n: 2 }, 'command_second');
		await until('the first was tried', () => queue.waiting[0]!.reason !== null);
		await queue.cancel('command_second');
		expect(queue.waiting.map(({ id }) => id)).toEqual(['command_first']);
	});

	it('taken back after a try, the server is asked to decide nothing; if it had, its answer stands', async () => {
		const app = appDouble();
		app.loseAnswers = 1;
		const asked: string[] = [];
		app.decide = ({ type }) => {
			asked.push(type);
			// Nobody is there when it is tried again by itself.
			app.isOnline = false;
			return type === 'take-back' ? { status: 'refused', reason: 'taken-back' } : { status: 'accepted' };
		};
		const device = deviceDouble();
		const queue = queueOn(device, app);
		const { outcome } = queue.send('complete-task', {}, 'command_lost');
		await until('its answer was lost', () => (queue.waiting[0]?.reason ?? null) !== null);
		await queue.cancel('command_lost');
		app.isOnline = true;
		device.wake();
		// The double decides once for each id, as the server does: it had been done.
		expect(await outcome).toMatchObject({ status: 'accepted' });
		expect(asked).toEqual(['complete-task']);
		app.isOnline = false;
		const other = queue.send('complete-task', {}, 'command_unheard');
		await until('it was tried', () => (queue.waiting[0]?.reason ?? null) !== null);
		app.isOnline = true;
		await queue.cancel('command_unheard');
		device.wake();
		expect(await other.outcome).toMatchObject({ status: 'refused', reason: 'taken-back' });
		expect(asked).toEqual(['complete-task', 'take-back']);
		expect([...queue.waiting, ...queue.refused, ...queue.held]).toEqual([]);
	});

	it.each(['another tab', 'the next visit'])('taken back in %s after the tab that sent it died before the answer: the server says what became of it', async (where) => {
		const app = appDouble();
		const device = deviceDouble({ random: () => 0 });
		const sending = tabDouble(device);
		const lead = new Tabs('cuebook:tabs:ada:w1:csm', 'lead', sending);
		await until('it leads', () => lead.isLead);
		const silent = async (path: string, init?: RequestInit) => (await app.fetch(path, init), new Promise<Response>(() => {}));
		const first = queueOn(sending, app, { tabs: lead, call: makeCall({ fetch: silent }) });
		const other = () => {
			const tab = tabDouble(device);
			const tabs = new Tabs('cuebook:tabs:ada:w1:csm', 'other', tab);
			const outcomes: Outcome[] = [];
			const queue = queueOn(tab, app, { tabs, onAnswered: (_, outcome) => void outcomes.push(outcome) });
			return { tabs, queue, outcomes };
		};
		const before = where === 'another tab' ? other() : null;
		void first.send('complete-task', {}, 'command_sent');
		await until('the server did it', () => app.executed.get('command_sent') === 1);
		app.isOnline = false;
		sending.kill();
		const after = before ?? other();
		await until('it leads', () => after.tabs.isLead);
		await until('it is there', () => after.queue.waiting.length === 1);
		await after.queue.cancel('command_sent');
		expect(after.queue.waiting, 'nobody knows yet').toMatchObject([{ id: 'command_sent', isTakenBack: true }]);
		expect(after.outcomes).toEqual([]);
		app.isOnline = true;
		device.wake();
		await until('the server said', () => after.outcomes.length > 0);
		expect(after.outcomes).toEqual([{ status: 'accepted' }]);
		expect(after.queue.waiting).toEqual([]);
		expect(app.executed.get('command_sent')).toBe(1);
		after.tabs.end();
	});

	it('taken back in the moment that another tab leads, before it has read what the one before it had tried: the server says what became of it', async () => {
		const app = appDouble();
		const device = deviceDouble({ random: () => 0 });
		const sending = tabDouble(device);
		const lead = new Tabs('cuebook:tabs:ada:w1:csm', 'lead', sending);
		await until('it leads', () => lead.isLead);
		const silent = async (path: string, init?: RequestInit) => (await app.fetch(path, init), new Promise<Response>(() => {}));
		const first = queueOn(sending, app, { tabs: lead, call: makeCall({ fetch: silent }) });
		const tab = tabDouble(device);
		// It never hears that it was tried: the one that tried it died in that moment.
		const openChannel: Environment['openChannel'] = (name) => {
			const channel = tab.openChannel(name)!;
			return {
				postMessage: (message) => channel.postMessage(message),
				close: () => channel.close(),
				get onmessage() {
					return channel.onmessage;
				},
				set onmessage(listen) {
					channel.onmessage = listen && ((event) => (event.data.body?.kept?.attempts > 0 ? undefined : listen(event)));
				},
			};
		};
		const tabs = new Tabs('cuebook:tabs:ada:w1:csm', 'other', { ...tab, openChannel });
		const outcomes: Outcome[] = [];
		const queue = queueOn(tab, app, { tabs, onAnswered: (_, outcome) => void outcomes.push(outcome) });
		await until('it follows', () => tabs.leads('lead'));
		tabs.follow((isLead) => void (isLead && queue.cancel('command_sent')));
		void first.send('complete-task', {}, 'command_sent');
		await until('the server did it', () => app.executed.get('command_sent') === 1 && queue.waiting.length === 1);
		sending.kill();
		await until('it is answered', () => outcomes.length === 1);
		expect(outcomes).toEqual([{ status: 'accepted' }]);
		tabs.end();
	});

	it('what one tab noted of a command is not undone by another that has not heard of it', async () => {
		const device = deviceDouble();
		const stores = [1, 2].map(() => new CommandStore('cuebook:commands:ada:w1', device)) as [CommandStore, CommandStore];
		for (const store of stores) store.serve(() => {}, () => {});
		const command = { id: 'command_1', type: 'complete-task', args: {}, at: 1, state: 'waiting' as const, reason: null, attempts: 0 };
		await stores[0].put(command);
		await stores[1].put({ ...command, isTakenBack: true });
		await stores[0].put({ ...command, attempts: 1 });
		await stores[1].put({ ...command, isTakenBack: true });
		expect(await stores[0].all()).toMatchObject([{ attempts: 1, isTakenBack: true }]);
		await stores[0].put({ ...command, state: 'held', reason: 'ground-changed' });
		expect(await stores[1].all()).toMatchObject([{ state: 'held' }]);
		for (const store of stores) store.close();
	});

	it('what could not be read when the app started is sent once it can be, and until then it is said', async () => {
		const app = appDouble();
		app.isOnline = false;
		const device = deviceDouble({ random: () => 0 });
		const before = queueOn(device, app);
		before.send('complete-task', {}, 'command_before');
		await before.written();
		before.end();
		app.isOnline = true;
		let failures = 2;
		const { indexedDB } = device;
		const failing = { open: (...all: Parameters<IDBFactory['open']>) => (failures-- > 0 ? refused() : indexedDB!.open(...all)) } as IDBFactory;
		const problems: (string | null)[] = [];
		const queue = queueOn({ ...device, indexedDB: failing }, app, { onProblem: (problem) => problems.push(problem) });
		await queue.loaded;
		expect(problems.at(-1)).toBe('storage-failed');
		await until('it was sent', () => app.executed.get('command_before') === 1);
		await until('nothing waits', () => queue.waiting.length === 0);
		expect(problems.at(-1)).toBeNull();
	});

	it('a tab that was relieved while it sent, and hears late that it failed, brings nothing back that was answered meanwhile', async () => {
		const app = appDouble();
		const device = deviceDouble({ random: () => 0 });
		let fail: (() => void) | null = null;
		const slow = () => new Promise<Response>((resolve) => (fail = () => resolve(new Response('{"code":"down","message":""}', { status: 500 }))));
		const member = (id: string, changes: Partial<CommandQueueOptions> = {}) => {
			const tab = tabDouble(device);
			const tabs = new Tabs('cuebook:tabs:ada:w1:csm', id, tab);
			return { tab, tabs, queue: queueOn(tab, app, { tabs, ...changes }) };
		};
		const first = member('first', { call: makeCall({ fetch: slow }) });
		await until('it leads', () => first.tabs.isLead);
		void first.queue.send('complete-task', {}, 'command_slow');
		await until('it is under way', () => fail !== null);
		first.tab.isLookedAt = false;
		const second = member('second');
		await until('the tab that is looked at leads', () => second.tabs.isLead);
		await until('it was answered', () => app.executed.get('command_slow') === 1 && second.queue.waiting.length === 0 && first.queue.waiting.length === 0);
		const third = member('third');
		await third.queue.loaded;
		fail!();
		await first.queue.send('complete-task', {}, 'command_after').outcome;
		for (const { queue } of [first, second, third]) await until('nothing waits', () => queue.waiting.length === 0);
		expect(await new CommandStore('cuebook:commands:ada:w1', device).all()).toEqual([]);
		for (const { tabs } of [first, second, third]) tabs.end();
	});

	it('what a following tab finds on the device, decided under another role, goes through the lead that never heard of it', async () => {
		const app = appDouble();
		const device = deviceDouble({ random: () => 0 });
		const member = (id: string) => {
			const tab = tabDouble(device);
			const tabs = new Tabs('cuebook:tabs:ada:w1:administrator', id, tab);
			return { tabs, queue: queueOn(tab, app, { tabs }) };
		};
		const lead = member('lead');
		await until('it leads', () => lead.tabs.isLead);
		await lead.queue.flush();
		app.isOnline = false;
		const before = queueOn(device, app);
		before.send('complete-task', {}, 'command_before');
		await before.written();
		before.end();
		app.isOnline = true;
		const following = member('following');
		await until('it was sent', () => app.executed.get('command_before') === 1);
		for (const { queue } of [lead, following]) await until('nothing waits', () => queue.waiting.length === 0);
		for (const { tabs } of [lead, following]) tabs.end();
	});
});

function refused(): never {
	throw new DOMException('refused by the test', 'UnknownError');
}
