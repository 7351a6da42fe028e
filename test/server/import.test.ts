import Papa from 'papaparse';
import { beforeAll, describe, expect, it } from 'vitest';
import { contact, customer } from '#db/schema/documents.ts';
import { importJob } from '#db/schema/settings.ts';
import { guessMapping } from '#domain/import/guess.ts';
import type { ImportMapping } from '#domain/import/mapping.ts';
import { startApp } from './app.ts';
import { documentRooms } from './document-rooms.ts';

const header = ['CustomerID', 'CompanyName', 'ContactName', 'ContactTitle', 'Country', 'Phone'];
const csv = `ALFKI,Alfreds Futterkiste,Maria Anders,Sales Representative,Germany,030-0074321
ANATR,Ana Trujillo Emparedados y helados,Ana Trujillo,Owner,Mexico,(5) 555-4729
BERGS,Berglunds snabbköp,Christina Berglund,Order Administrator,Sweden,0921-12 34 65
FOLIG,"Folies gourmandes","Martine Rancé",Assistant Sales Agent,France,20.16.10.16
GALED,Galería del gastrónomo,Eduardo Saavedra,Marketing Manager,Spain,`;
const rows = Papa.parse<string[]>(csv).data.map((values, n) => ({ line: n + 2, values }));

describe('imports (IN2)', async () => {
	const rooms = documentRooms();
	const app = await startApp(rooms.behave);
	rooms.state.db = app.db;
	let mine: Awaited<ReturnType<typeof app.owner>>;
	let mapping: ImportMapping;
	beforeAll(async () => {
		mine = await app.owner();
		expect(await mine.command('save-field', { id: 'f_country', subject: 'customer', name: 'Country', type: 'text', position: 0 })).toMatchObject({ status: 'accepted' });
		const guessed = guessMapping(header, [{ id: 'f_country', subject: 'customer', name: 'Country', type: 'text', options: null, position: 0 }]);
		mapping = { ...guessed, contactRole: 'champion' };
	});
	const begin = async () => (await mine.post('/api/imports', { fileName: 'northwind.csv', rows: 0, mapping })).body.id as string;
	const piece = async (id: string, from: number, sent: typeof rows) => mine.post(`/api/imports/${id}/rows`, { from, rows: sent });
	const outcomes = (answer: { body: any }) => answer.body.results.map((one: any) => one.outcome);

	it('makes customers and contacts with the role chosen, accents and gaps as they are', async () => {
		const id = await begin();
		expect(outcomes(await piece(id, 2, rows))).toEqual(Array(5).fill('created'));
		const found = await app.db.select().from(customer);
		expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['Berglunds snabbköp', 'Galería del gastrónomo']));
		expect(found.find(({ externalId }) => externalId === 'BERGS')!.custom).toEqual({ f_country: 'Sweden' });
		const people = await app.db.select().from(contact);
		expect(people).toHaveLength(5);
		expect(people.find(({ name }) => name === 'Martine Rancé')).toMatchObject({ title: 'Assistant Sales Agent', phone: '20.16.10.16', roles: ['champion'] });
		const ended = await mine.post(`/api/imports/${id}/end`, { state: 'done' });
		expect(ended.body).toMatchObject({ state: 'done', rows: 5, created: 5, updated: 0, unchanged: 0, errors: [] });
		expect(app.rooms.calls.filter(({ verb }) => verb === 'create').every(({ body }) => body.actor.kind === 'import' && body.actor.id === id)).toBe(true);
	});

	it('doubles nothing the second time, and changes only what changed', async () => {
		const id = await begin();
		const changed = rows.map((row) => (row.line === 3 ? { ...row, values: row.values.with(4, 'México').with(3, 'Directora') } : row));
		expect(outcomes(await piece(id, 2, changed))).toEqual(['unchanged', 'updated', 'unchanged', 'unchanged', 'unchanged']);
		expect(await app.db.select().from(customer)).toHaveLength(5);
		const people = await app.db.select().from(contact);
		expect(people).toHaveLength(5);
		expect(people.find(({ name }) => name === 'Ana Trujillo')!.title).toBe('Directora');
	});

	it('empties nothing by a blank cell', async () => {
		const id = await begin();
		expect(outcomes(await piece(id, 2, [{ line: 2, values: ['ALFKI', '', '', '', '', ''] }]))).toEqual(['unchanged']);
	});

	it('tells the line and reason of every bad row, and keeps the good ones', async () => {
		const id = await begin();
		const first = await piece(id, 2, [
			{ line: 2, values: ['', 'No Id', '', '', '', ''] },
			{ line: 3, values: ['NEW1', '', '', '', '', ''] },
			{ line: 4, values: ['ALFKI', 'Alfreds Futterkiste', '', '', '', ''] },
			{ line: 5, values: ['ALFKI', 'Twice', '', '', '', ''] },
			{ line: 6, values: ['BAD\uFFFD', 'Bad bytes', '', '', '', ''] },
			{ line: 7, values: ['WIDE', 'Wide', '', '', '', '', ...Array(50).fill('x')] },
			{ line: 8, values: ['GOOD1', 'Good one', 'Zoë', '', '', ''] },
		]);
		expect(first.body.results).toEqual([
			{ line: 2, outcome: 'error', reason: 'missing-id' },
			{ line: 3, outcome: 'error', reason: 'missing-name' },
			{ line: 4, outcome: 'unchanged' },
			{ line: 5, outcome: 'error', reason: 'duplicate-id' },
			{ line: 6, outcome: 'error', reason: 'encoding' },
			{ line: 7, outcome: 'error', reason: 'too-many-columns' },
			{ line: 8, outcome: 'created' },
		]);
		const second = await piece(id, 9, [{ line: 9, values: ['GOOD1', 'Good one again', '', '', '', ''] }]);
		expect(second.body.results).toEqual([{ line: 9, outcome: 'error', reason: 'duplicate-id' }]);
		const ended = await mine.post(`/api/imports/${id}/end`, { state: 'cancelled' });
		expect(ended.body).toMatchObject({ state: 'cancelled', rows: 8, created: 1, unchanged: 1 });
		expect(ended.body.errors).toHaveLength(6);
		expect((await piece(id, 20, rows)).body.code).toBe('import-ended');
	});

	it('says in words what is wrong with a cell', async () => {
		await mine.command('save-field', { id: 'f_seats', subject: 'customer', name: 'Seats', type: 'number', position: 1 });
		await mine.command('save-field', { id: 'f_since', subject: 'customer', name: 'Since', type: 'date', position: 2 });
		const columns = [{ to: 'customer', field: 'externalId' }, { to: 'customer', field: 'name' }, { to: 'customer', field: 'stage' }, { to: 'customer', field: 'f_seats' }, { to: 'customer', field: 'f_since' }, { to: 'contact', field: 'email' }];
		const { body } = await mine.post('/api/imports', { fileName: 'x.csv', mapping: { columns, contactRole: null } });
		const answer = await piece(body.id, 2, [
			{ line: 2, values: ['A1', 'A', 'onboarding', '1.234,50', '21.11.2026', 'a@a.example'] },
			{ line: 3, values: ['A2', 'B', 'Nirvana', '', '', ''] },
			{ line: 4, values: ['A3', 'C', '', 'many', '', ''] },
			{ line: 5, values: ['A4', 'D', '', '', '03/04/2026', ''] },
			{ line: 6, values: ['A5', 'E', '', '', '', 'no address'] },
		]);
		expect(outcomes(answer)).toEqual(['created', 'error', 'error', 'error', 'error']);
		const reasons = answer.body.results.map((one: any) => one.reason);
		expect(reasons[1]).toContain('Its stages: Onboarding');
		expect(reasons[2]).toBe('Seats: “many” is not a number.');
		expect(reasons[3]).toContain('2026-11-21');
		expect(reasons[4]).toContain('name@company.com');
		const made = (await app.db.select().from(customer)).find(({ externalId }) => externalId === 'A1')!;
		expect(made.custom).toEqual({ f_seats: 1234.5, f_since: Date.UTC(2026, 10, 21) });
		expect(made.stage).not.toBeNull();
	});

	it('answers a piece that is sent again as it did, and goes on where the rooms broke off', async () => {
		const id = await begin();
		const many = Array.from({ length: 30 }, (_, n) => ({ line: n + 2, values: [`R${n}`, `Round ${n}`, `Person ${n}`, '', '', ''] }));
		let calls = 0;
		rooms.state.isDown = ({ verb }) => verb === 'create' && ++calls > 12;
		expect(await piece(id, 2, many)).toMatchObject({ status: 503, body: { code: 'rooms-unreachable' } });
		rooms.state.isDown = () => false;
		const first = await piece(id, 2, many);
		expect(outcomes(first)).toEqual(Array(30).fill('created'));
		expect((await piece(id, 2, many)).body).toEqual(first.body);
		const [job] = (await app.db.select().from(importJob)).filter((one) => one.id === id);
		expect(job).toMatchObject({ rows: 30, created: 30 });
		expect((await app.db.select().from(customer)).filter(({ name }) => name.startsWith('Round'))).toHaveLength(30);
	});

	it('refuses a mapping and rows that are none', async () => {
		expect(await mine.post('/api/imports', { fileName: 'x', mapping: { columns: [{ to: 'moon' }], contactRole: null } })).toMatchObject({ status: 400, body: { code: 'not-valid' } });
		expect(await mine.post('/api/imports/import_nowhere/rows', { from: 2, rows })).toMatchObject({ status: 404, body: { code: 'no-such-import' } });
	});
});
