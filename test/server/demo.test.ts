import { describe, expect, it } from 'vitest';
import { agreement, contact, customer, interaction, usageWeek } from '#db/schema/documents.ts';
import { demoBook } from '#domain/demo/book.ts';
import { startApp } from './app.ts';
import { documentRooms } from './document-rooms.ts';

describe('the demo book', async () => {
	const rooms = documentRooms();
	const app = await startApp(rooms.behave);
	rooms.state.db = app.db;

	it('fills an empty workspace, and goes on where the rooms broke off', async () => {
		const mine = await app.owner();
		let calls = 0;
		rooms.state.isDown = ({ verb }) => verb === 'create' && ++calls > 15;
		expect(await mine.post('/api/demo', {})).toMatchObject({ status: 503 });
		rooms.state.isDown = () => false;
		const at = performance.now();
		const loaded = await mine.post('/api/demo', {});
		expect(performance.now() - at).toBeLessThan(15_000);
		expect(loaded.status).toBe(200);
		const customers = await app.db.select().from(customer);
		expect(customers).toHaveLength(40);
		expect(customers.every(({ stage, owner, externalId }) => stage && owner && externalId)).toBe(true);
		expect(new Set(customers.map(({ stage }) => stage)).size).toBe(6);
		const contacts = await app.db.select().from(contact);
		for (const { id } of customers) {
			const own = contacts.filter(({ customerId }) => customerId === id);
			expect(own.length).toBeGreaterThanOrEqual(1);
			expect(own.every(({ email, roles }) => email!.endsWith('.example') && roles.length === 1)).toBe(true);
		}
		expect(contacts.find(({ name }) => name === 'Żaneta Wójcik')!.email).toBe('zaneta.wojcik@nowakapteki.example');
		expect(await app.db.select().from(usageWeek)).toHaveLength(480);
		expect((await app.db.select().from(agreement)).length).toBeGreaterThanOrEqual(40);
		const talks = await app.db.select().from(interaction);
		for (const { id } of customers) {
			const own = talks.filter(({ customerId }) => customerId === id);
			expect(own.length).toBeGreaterThanOrEqual(3);
			expect(own.length).toBeLessThanOrEqual(10);
			expect(own.every((one) => one.at < Date.now() && !/[{}]/.test(one.title + one.body))).toBe(true);
		}
	});

	it('doubles nothing when it is loaded again, and leaves a book of one’s own alone', async () => {
		const mine = await app.owner();
		expect((await mine.post('/api/demo', {})).body).toEqual({ created: 0 });
		expect(await app.db.select().from(usageWeek)).toHaveLength(480);
		expect(await mine.command('create-customer', { id: 'customer_ownownownownownown1', args: { name: 'Own' } })).toMatchObject({ status: 'accepted' });
		expect(await mine.post('/api/demo', {})).toMatchObject({ status: 409, body: { code: 'not-empty' } });
	});

	it('is the same book each time, with dates that count from now', () => {
		const ground = { owner: 'u', stages: new Map(), tags: new Map(), fields: { country: 'f_a', industry: 'f_b', seats: 'f_c' } };
		const book = (now: number) => demoBook(now, ground, (kind, key, n) => `${kind}-${key}-${n}`);
		const now = Date.UTC(2026, 10, 21, 12);
		expect(book(now)).toEqual(book(now));
		expect(book(now)[0]!.usage.at(-1)!.week).toBe('2026-11-16');
		expect(book(now + 7 * 86_400_000)[0]!.usage.at(-1)!.week).toBe('2026-11-23');
		const story = (name: string) => book(now).find(({ seed }) => seed.name === name)!.usage.map(({ activeUsers }) => activeUsers);
		expect(story('Eskild & Sønner').at(-1)!).toBeGreaterThan(story('Eskild & Sønner')[0]!);
		expect(story('Dalmine Tubi').at(-1)!).toBeLessThan(story('Dalmine Tubi')[0]! / 2);
		expect(story('Bistrot Lucarne').slice(5)).toEqual(Array(7).fill(0));
	});
});
