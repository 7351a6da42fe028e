import { decodeJwt, jwtVerify } from 'jose';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { mail } from '#db/schema/effects.ts';
import { joinStatements } from '#db/people.ts';
import { user, workspace } from '#db/schema/people.ts';
import { origin, startApp } from './app.ts';

const askLink = (email: string) => ['/api/auth/sign-in/magic-link', { email, callbackURL: '/' }] as const;

describe('signing in', async () => {
	const app = await startApp();

	it('tells a stranger to sign in, and nothing more', async () => {
		const stranger = app.browser();
		for (const path of ['/api/session', '/api/sync?after=0', '/api/rooms/token?room=x']) expect(await stranger.get(path)).toMatchObject({ status: 401, body: { code: 'signed-out' } });
	});

	it('gives the first link only to who knows the rooms’ secret', async () => {
		expect(await app.browser().post('/api/first-link', {}, { 'x-cuebook-start': 'guess' })).toMatchObject({ status: 401, body: { code: 'not-start' } });
		expect(await app.browser().post('/api/first-link', {})).toMatchObject({ status: 401 });
	});

	it('signs the owner in by the first link, once, into a workspace with its stages', async () => {
		const mine = app.browser();
		const { body } = await mine.post('/api/first-link', {}, { 'x-cuebook-start': app.secrets.ROOMS_SECRET });
		expect(body.email).toBe('owner@cuebook.local');
		const opened = await mine.send(body.url);
		expect(opened.status).toBe(302);
		expect(opened.headers.get('location')).toBe(`${origin}/`);
		const cookie = opened.headers.getSetCookie()[0]!;
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).not.toMatch(/Secure/i);
		const session = await mine.get('/api/session');
		expect(session).toMatchObject({ status: 200, body: { user: { email: 'owner@cuebook.local', name: 'Owner' }, role: 'administrator', workspace: { name: 'My workspace', workingDays: [1, 2, 3, 4, 5] } } });
		expect(session.body.roomsUrl).toBe(app.rooms.url);
		expect(JSON.stringify(session.body)).not.toContain('resendKey');
		const { body: page } = await mine.get('/api/sync?after=0');
		expect(page.rows.filter((row: any) => row.kind === 'stage').map((row: any) => row.data.name)).toEqual(expect.arrayContaining(['Onboarding', 'Adoption', 'Growth', 'Renewal', 'At risk', 'Churned']));
		const again = await app.browser().send(body.url);
		expect(again.headers.get('location')).toContain('error=INVALID_TOKEN');
	});

	it('reuses the first administrator at the next start', async () => {
		const mine = app.browser();
		const { body } = await mine.post('/api/first-link', {}, { 'x-cuebook-start': app.secrets.ROOMS_SECRET });
		await mine.send(body.url);
		const { body: session } = await mine.get('/api/session');
		expect(session.workspaces).toHaveLength(1);
		expect(await app.db.select().from(user)).toHaveLength(1);
	});

	it('shows an emailed link in the Outbox when there is no key', async () => {
		const mine = await app.owner();
		expect(await app.browser().post(...askLink('Owner@cuebook.local'))).toMatchObject({ status: 200 });
		const { body: page } = await mine.get('/api/sync?after=0');
		const letter = page.rows.find((row: any) => row.kind === 'mail').data;
		expect(letter).toMatchObject({ kind: 'sign-in', state: 'captured', to: ['owner@cuebook.local'] });
		const url = /http\S+/.exec(letter.text)![0];
		const other = app.browser();
		await other.send(url);
		expect((await other.get('/api/session')).body.user.email).toBe('owner@cuebook.local');
	});

	it('answers an unknown address alike, sends nothing, and lets nobody in uninvited', async () => {
		const before = (await app.db.select().from(mail)).length;
		const known = await app.browser().post(...askLink('owner@cuebook.local'));
		const unknown = await app.browser().post(...askLink('nobody@elsewhere.example'));
		expect(unknown).toEqual(known);
		expect(await app.db.select().from(mail)).toHaveLength(before + 1);
		expect(await app.db.select().from(user).where(eq(user.email, 'nobody@elsewhere.example'))).toEqual([]);
	});

	it('refuses a write from another site’s page (S6)', async () => {
		const mine = await app.owner();
		expect(await mine.post('/api/commands', {}, { origin: 'https://evil.example' })).toMatchObject({ status: 403, body: { code: 'foreign-origin' } });
	});

	it('closes better-auth’s own ways to change a membership', async () => {
		const mine = await app.owner();
		for (const path of ['create', 'update', 'delete', 'invite-member', 'remove-member', 'update-member-role', 'leave']) expect((await mine.send(`/api/auth/organization/${path}`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(404);
	});

	it('gives a room token for the own workspace, two minutes long, and none for what is not there (S6)', async () => {
		const mine = await app.owner();
		const { body: session } = await mine.get('/api/session');
		const { body } = await mine.get(`/api/rooms/token?room=${session.workspace.id}`);
		const { payload } = await jwtVerify(body.token, new TextEncoder().encode(app.secrets.ROOMS_SECRET));
		expect(payload).toMatchObject({ sub: session.user.id, role: 'administrator', workspace: session.workspace.id, room: session.workspace.id });
		expect(payload.exp! - Date.now() / 1000).toBeLessThanOrEqual(120);
		expect(decodeJwt(body.token).colour).toMatch(/^#/);
		expect(await mine.get('/api/rooms/token?room=customer_nowhere')).toMatchObject({ status: 403, body: { code: 'no-such-room' } });
	});

	it('moves a session to another workspace of the user, and to no other', async () => {
		const mine = await app.owner();
		const { body: session } = await mine.get('/api/session');
		for (const id of ['workspace_second', 'workspace_foreign']) await app.db.insert(workspace).values({ id, name: id, slug: id, createdAt: new Date() });
		await app.db.batch(joinStatements(app.db, 'workspace_second', session.user, 'reader', 'member_second', new Date()) as never);
		expect((await mine.post('/api/auth/organization/set-active', { organizationId: 'workspace_second' })).status).toBe(200);
		expect((await mine.get('/api/session')).body).toMatchObject({ role: 'reader', workspace: { id: 'workspace_second' } });
		expect((await mine.post('/api/auth/organization/set-active', { organizationId: 'workspace_foreign' })).status).toBe(403);
		expect((await mine.get('/api/session')).body.workspace.id).not.toBe('workspace_foreign');
	});

	it('signs out: the session is over', async () => {
		const mine = await app.owner();
		expect((await mine.post('/api/auth/sign-out', {})).status).toBe(200);
		expect(await mine.get('/api/session')).toMatchObject({ status: 401 });
	});

	it('counts tries: the eleventh link in a minute is refused', async () => {
		const hasty = app.browser();
		let last = 200;
		for (let n = 0; n < 12 && last === 200; n++) last = (await hasty.send('/api/auth/sign-in/magic-link', { method: 'POST', body: JSON.stringify({ email: 'nobody@elsewhere.example' }), headers: { 'content-type': 'application/json' } })).status;
		expect(last).toBe(429);
	});
});
