/** Notifications (MO1): RFC 8291's own vectors, then news from rows to a push service that speaks RFC 8030 (test/providers/push-service.ts). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { member, note, push, pushSubscription, session, team, user } from '#db/schema/index.ts';
import { forgetSubscription, keepSubscription } from '#db/push-subscriptions.ts';
import { claimPushes, gatherNews, notePush, pushLeaseMs } from '#db/pushes.ts';
import { insertDraft } from '#db/drafts.ts';
import { bumpSeq, commit, seqNow } from '#db/statement.ts';
import { insertEvent } from '#db/events.ts';
import { completeTask, insertTask, type NewTask } from '#db/tasks.ts';
import { announce } from '#party/push/announce.ts';
import { encrypt, fromBase64url, toBase64url } from '#party/push/encrypt.ts';
import { newVapidKeys } from '../../scripts/settings.ts';
import { addCustomer } from '../db/engine-book.ts';
import { startPushService, type PushService, type Subscribed } from '../providers/push-service.ts';
import { openBench, taskFor, type Bench } from './bench.ts';
import { addPlaybook, definitionOf, stageChanged } from '../db/engine-book.ts';

test('RFC 8291, appendix A: the same keys and salt give the same bytes', async () => {
	const ours = fromBase64url('BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8');
	const pair = { kty: 'EC', crv: 'P-256', x: toBase64url(ours.subarray(1, 33)), y: toBase64url(ours.subarray(33)) };
	const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
	const keys = {
		publicKey: await crypto.subtle.importKey('jwk', pair, algorithm, true, []),
		privateKey: await crypto.subtle.importKey('jwk', { ...pair, d: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw' }, algorithm, true, ['deriveBits']),
	};
	const subscriber = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
	const body = await encrypt(new TextEncoder().encode('When I grow up, I want to be a watermelon'), subscriber, { keys, salt: fromBase64url('DGv6ra1nlYgDCS1FRnbzlw') });
	expect(toBase64url(body)).toBe(
		'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
	);
});

describe('from a row to a device', () => {
	const keys = newVapidKeys();
	let bench: Bench;
	let service: PushService;
	let phone: Subscribed;
	const run = () => announce(bench.engine, bench.now + 25_000);
	const subscribe = (id: string, userId: string, device: Subscribed, over = {}) =>
		commit(bench.database, keepSubscription({ id, workspace: 'w1', userId, sessionId: `session_${userId}`, ...device, topics: ['task'], language: 'en', label: 'Phone', createdAt: bench.now, ...over }));
	const join = async (id: string) => {
		const at = new Date(bench.now);
		await bench.database.batch([
			bench.database.insert(user).values({ id, name: id, email: `${id}@northwind.test`, createdAt: at, updatedAt: at }),
			bench.database.insert(session).values({ id: `session_${id}`, token: id, userId: id, expiresAt: new Date(bench.now + 30 * 86_400_000), createdAt: at, updatedAt: at }),
			bench.database.insert(member).values({ id: `member_${id}`, organizationId: 'w1', userId: id, role: 'csm', createdAt: at }),
		]);
	};
	const addTask = async (id: string, over: Partial<NewTask> = {}, by = 'u9') => {
		bench.now += 1_000;
		const made = { id, workspace: 'w1', customerId: 'c1', runId: null, title: `Call Acme (${id})`, description: 'Not for a lock screen', assignees: ['u1'], teamId: null, dueAt: null, createdAt: bench.now, ...over };
		const event = { id: `event_${id}`, type: 'task.created' as const, subjectType: 'task' as const, subjectId: id, customerId: 'c1', at: bench.now, actor: { kind: 'user' as const, id: by }, cause: null, data: { name: made.title } };
		await commit(bench.database, [bumpSeq('w1'), insertTask(made), insertEvent('w1', event)]);
	};
	const titles = () => service.delivered.map(({ message }) => message.title);
	const states = async () => Object.fromEntries((await bench.database.select().from(push)).map(({ ref, state }) => [ref, state]));

	beforeEach(async () => {
		service = await startPushService(keys.VAPID_PUBLIC_KEY, () => bench.now);
		bench = await openBench({ ...keys, VAPID_SUBJECT: 'mailto:ops@northwind.test', ROOMS_URL: 'http://127.0.0.1:9' });
		await addCustomer(bench.database, 'w1', 'c1', { name: 'Acme', owner: 'u1' });
		await join('u1');
		await join('u2');
		phone = service.subscribe();
	});
	afterEach(async () => {
		await bench.close();
		await service.close();
	});

	test('MO1: a new task reaches its person’s device once: sealed, signed, with tag, topic, life and no more than a lock screen may show', async () => {
		await addTask('before');
		bench.now += 1_000;
		await subscribe('s1', 'u1', phone);
		await addTask('task_1');
		await run();
		await run();
		expect(service.delivered).toEqual([
			{
				endpoint: phone.endpoint,
				message: { topic: 'task', tag: 'task:task_1', language: 'en', title: 'Call Acme (task_1)', about: 'Acme', open: '/actions', waiting: 2 },
				topic: expect.stringMatching(/^[\w-]{32}$/),
				ttl: 86_400,
				urgency: 'normal',
				sender: { aud: service.url, sub: 'mailto:ops@northwind.test', exp: Math.floor(bench.now / 1_000) + 43_200 },
			},
		]);
		expect(service.seen[0]!.body).not.toContain('Acme');
		expect((await bench.database.select().from(pushSubscription))[0]).toMatchObject({ lastOkAt: bench.now, failedSince: null });
		// Another change of the same task is no other news.
		await commit(bench.database, [bumpSeq('w1'), { sql: `UPDATE task SET seq = 99, title = 'Changed' WHERE id = 'task_1'`, args: {} }]);
		await run();
		expect(titles()).toHaveLength(1);
	});

	test('MO1: whose a task is: named, in its team, or owner of its customer; never for who made it, nor for a topic that was turned off', async () => {
		await subscribe('s1', 'u1', phone);
		await subscribe('s2', 'u2', service.subscribe());
		await bench.database.insert(team).values({ workspace: 'w1', seq: 1, id: 'team_1', name: 'Onboarding', memberIds: ['u2'] });
		await addTask('mine', {}, 'u1');
		await addTask('team', { assignees: [], teamId: 'team_1' });
		await addTask('owner', { assignees: [] });
		await run();
		expect(service.delivered.map(({ endpoint, message }) => [endpoint === phone.endpoint ? 'u1' : 'u2', message.tag]).toSorted()).toEqual([['u1', 'task:owner'], ['u2', 'task:team']]);
		await subscribe('s1', 'u1', phone, { topics: [] });
		await addTask('off');
		await run();
		expect(service.delivered).toHaveLength(2);
	});

	test('MO1: a task that a playbook made is announced, one that was done meanwhile is not', async () => {
		await subscribe('s1', 'u1', phone);
		await addPlaybook(bench.database, 'w1', 'welcome', definitionOf([taskFor(true)], { trigger: { type: 'stage-changed', params: { from: null, to: 'w1_s2' } } }));
		await bench.record(stageChanged('w1', 'e1', 'c1', { at: bench.now }));
		await bench.settle();
		await run();
		expect(titles()).toEqual(['Call Acme']);
		await addTask('done');
		await commit(bench.database, gatherNews('w1', bench.now));
		await commit(bench.database, completeTask({ workspace: 'w1', taskId: 'done', userId: 'u2', now: bench.now, eventId: 'e2', customerId: 'c1', title: 'x' }));
		await run();
		expect(titles()).toHaveLength(1);
		expect(await states()).toMatchObject({ 'task:done': 'dropped' });
	});

	test('AC7: a mail that waits for its word is announced to whoever may say it, and counts on the badge; a decided one is not', async () => {
		await subscribe('s1', 'u1', phone, { topics: ['mail'] });
		await subscribe('s2', 'u2', service.subscribe(), { topics: ['task', 'mail'] });
		const request = { kind: 'mail' as const, mailKind: 'validated' as const, from: null, replyTo: null, to: ['grace@acme.test'], cc: [], bcc: [], subject: 'Thank you', html: '<p>Secret</p>', text: 'Secret', customerId: 'c1' };
		const draftOf = (id: string) => insertDraft({ id, workspace: 'w1', runId: 'r1', number: 1, assignees: ['u1'], teamId: null, from: 'ops@northwind.test', createdAt: bench.now, request });
		await commit(bench.database, [bumpSeq('w1'), draftOf('draft_1'), draftOf('draft_2')]);
		await commit(bench.database, gatherNews('w1', bench.now));
		await commit(bench.database, [bumpSeq('w1'), { sql: `UPDATE draft SET seq = ${seqNow}, state = 'approved' WHERE id = 'draft_2'`, args: { workspace: 'w1' } }]);
		await run();
		expect(service.delivered.map(({ endpoint, message }) => [endpoint === phone.endpoint, message])).toEqual([[true, { topic: 'mail', tag: 'mail:draft_1', language: 'en', title: 'Thank you', about: 'Acme', open: '/actions', waiting: 1 }]]);
		expect(await states()).toMatchObject({ 'mail:draft_2': 'dropped' });
	});

	test('CU11: a mention is announced once while it is unread, leads to its document, and is told again only when it is made anew after that', async () => {
		await subscribe('s1', 'u1', phone, { topics: ['mention'] });
		const mention = (mentions: string[]) =>
			commit(bench.database, [bumpSeq('w1'), { sql: `UPDATE note SET seq = ${seqNow}, mentions = :mentions, updated_at = :now WHERE id = 'note_1'`, args: { workspace: 'w1', mentions: JSON.stringify(mentions), now: (bench.now += 1_000) } }]);
		const at = bench.now - 90 * 86_400_000;
		await bench.database.insert(note).values({ workspace: 'w1', seq: 0, id: 'note_1', customerId: 'c1', kind: 'note', title: 'Kick-off', excerpt: 'Not for a lock screen', author: 'u2', isPinned: false, isRemoved: false, taskCount: 0, doneCount: 0, mentions: [], createdAt: at, updatedAt: at });
		for (const mentions of [['u2'], ['u1'], ['u1', 'u2']]) {
			await mention(mentions);
			await run();
		}
		expect(service.delivered.map(({ message }) => message)).toEqual([{ topic: 'mention', tag: 'mention:note_1', language: 'en', title: 'Kick-off', about: 'Acme', open: '/customers/c1/documents/note_1', waiting: 0 }]);
		// Read; later mentioned again. And once where it is read before the push goes out.
		for (const mentions of [[], ['u1'], []]) {
			await mention(mentions);
			await run();
		}
		expect(titles()).toEqual(['Kick-off', 'Kick-off']);
		await mention(['u1']);
		await commit(bench.database, gatherNews('w1', bench.now));
		await mention([]);
		await run();
		expect(titles()).toHaveLength(2);
	});

	test('R16: 429 and 5xx are tried again when the service says, or later and later; a day later it is no news', async () => {
		await subscribe('s1', 'u1', phone);
		service.replies.push({ status: 429, headers: { 'retry-after': '120' } }, { status: 503 });
		await addTask('task_1');
		expect(await run()).toBe(bench.now + 120_000);
		bench.now += 119_000;
		await run();
		expect(service.seen).toHaveLength(1);
		bench.now += 1_000;
		// Half of up to 10 s: the second try.
		expect(await run()).toBe(bench.now + 5_000);
		bench.now += 5_000;
		expect(await run()).toBeNull();
		expect(service.delivered).toHaveLength(1);
		expect(service.delivered[0]!.ttl).toBe(86_400 - 125);
		await addTask('task_2');
		service.replies.push({ status: 500 });
		await run();
		bench.now += 24 * 3_600_000;
		await run();
		expect(await states()).toEqual({ 'task:task_1': 'sent', 'task:task_2': 'dropped' });
	});

	test('404 and 410 end the subscription; a refusal is kept with since when, and the next success clears it', async () => {
		await subscribe('s1', 'u1', phone);
		await subscribe('s2', 'u1', service.subscribe());
		service.replies.push({ status: 410 }, { status: 403 });
		await addTask('task_1');
		await run();
		const [left, ...none] = await bench.database.select().from(pushSubscription);
		expect(none).toEqual([]);
		expect(left).toMatchObject({ failedSince: bench.now });
		expect(await states()).toEqual({ 'task:task_1': 'failed' });
		await addTask('task_2');
		await run();
		expect((await bench.database.select().from(pushSubscription))[0]).toMatchObject({ failedSince: null, lastOkAt: bench.now });
		expect(titles()).toEqual(['Call Acme (task_2)']);
	});

	test('S6: signing out, being removed and an ended session end the subscription, whatever the device did', async () => {
		await subscribe('s1', 'u1', phone);
		await subscribe('s2', 'u2', service.subscribe());
		await addTask('task_1', { assignees: ['u1', 'u2'] });
		await commit(bench.database, gatherNews('w1', bench.now));
		await bench.database.delete(session).where(eq(session.userId, 'u1'));
		await bench.database.delete(member).where(eq(member.userId, 'u2'));
		await run();
		expect(service.seen).toEqual([]);
		expect(await bench.database.select().from(pushSubscription)).toEqual([]);
		expect(await states()).toEqual({});
		await join('u3');
		await subscribe('s3', 'u3', service.subscribe());
		bench.now += 31 * 86_400_000;
		await addTask('task_2', { assignees: ['u3'] });
		await run();
		expect(service.seen).toEqual([]);
	});

	test('a browser belongs to one person: who signs in there takes it over; only they can take it off', async () => {
		await subscribe('s1', 'u1', phone);
		await commit(bench.database, forgetSubscription('u2', phone.endpoint));
		expect(await bench.database.select().from(pushSubscription)).toHaveLength(1);
		await subscribe('s2', 'u2', phone);
		await addTask('task_1');
		await run();
		expect(service.seen).toEqual([]);
		expect((await bench.database.select().from(pushSubscription)).map(({ id, userId }) => [id, userId])).toEqual([['s2', 'u2']]);
		await commit(bench.database, forgetSubscription('u2', phone.endpoint));
		expect(await bench.database.select().from(pushSubscription)).toEqual([]);
	});

	test('R7: a worker that died while sending holds it no longer than its lease; the test message goes to its one device, at once', async () => {
		await subscribe('s1', 'u1', phone);
		await subscribe('s2', 'u1', service.subscribe());
		await commit(bench.database, [notePush({ workspace: 'w1', subscriptionId: 's1', ref: 'test:1', now: bench.now })]);
		expect(await claimPushes(bench.database, { workspace: 'w1', token: 'dead', now: bench.now, limit: 20 })).toHaveLength(1);
		await run();
		expect(service.seen).toEqual([]);
		bench.now += pushLeaseMs;
		await run();
		expect(service.delivered).toMatchObject([{ endpoint: phone.endpoint, urgency: 'high', message: { topic: 'test', tag: 'test:1', open: '/settings/device' } }]);
	});

	test('an address that is no push service is refused before anything is sent; without keys nothing is pushed', async () => {
		bench.engine.settings.ALLOW_PRIVATE_WEBHOOKS = 'false';
		await subscribe('s1', 'u1', phone);
		await addTask('task_1');
		await run();
		expect(service.seen).toEqual([]);
		expect(await states()).toEqual({ 'task:task_1': 'failed' });
		bench.engine.settings.VAPID_PRIVATE_KEY = undefined;
		expect(await run()).toBeNull();
	});
});
