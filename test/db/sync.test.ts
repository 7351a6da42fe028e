import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#db/client.ts';
import { commitIn, type Statement } from '#db/commands.ts';
import { applyMigrations } from '#db/migrate.ts';
import { followStatement, unfollowStatement } from '#db/follows.ts';
import { mail, playbook, stage, tag, team, workspace } from '#db/schema/index.ts';
import { startServer, type RunningServer } from '#db/server.ts';
import { parseCursor, readPage, seqOf, type PageRow, type Reader } from '#db/sync.ts';

let server: RunningServer;
let db: Database;
let made = 0;
/** What today's cursors begin with: how many columns devices hold. */
let shape: number;
const at = (seq: number, kind: number, start: number, id: string, missing = 0) => `${shape - missing}.${seq}.${kind}.${start}.${id}`;
beforeAll(async () => {
	server = await startServer({ file: ':memory:', port: 0, token: 'test' });
	await applyMigrations({ url: server.url, authToken: 'test' });
	db = openDatabase({ url: server.url, authToken: 'test' });
	shape = Number((await readPage(db, await begin(), 'begin', 1)).cursor.split('.')[0]);
});
afterAll(async () => {
	db.$client.close();
	await server.close();
});

const begin = async (): Promise<Reader> => {
	const id = `w${++made}`;
	await db.insert(workspace).values({ id, name: id, slug: id, createdAt: new Date(), seq: 0 });
	return { workspaceId: id, userId: 'u_me', role: 'administrator', email: 'a@b.example' };
};

/** One write to a row, as a command would make it: insert, change or delete. */
type Write = { kind: 'stage' | 'tag' | 'team'; n: number; isDeleted: boolean };
const statementOf = (w: string, { kind, n, isDeleted }: Write): Statement => {
	const shared = { workspace: w, seq: seqOf(w), deletedAt: isDeleted ? 1 : null, id: `${w}-${kind}-${n}`, name: `${kind} ${n}` };
	if (kind === 'stage') return db.insert(stage).values({ ...shared, position: n, colour: 'red' }).onConflictDoUpdate({ target: stage.id, set: shared });
	if (kind === 'tag') return db.insert(tag).values({ ...shared, subject: 'customer', colour: 'red' }).onConflictDoUpdate({ target: tag.id, set: shared });
	return db.insert(team).values({ ...shared, memberIds: ['u'] }).onConflictDoUpdate({ target: team.id, set: shared });
};
const write = (reader: Reader, batch: Write[]) => commitIn(db, reader.workspaceId, batch.map((one) => statementOf(reader.workspaceId, one)));

/** A device: applies pages as they come. */
const device = () => {
	const rows = new Map<string, PageRow['data']>();
	return { rows, apply: (page: PageRow[]) => page.forEach(({ kind, id, data }) => (data ? rows.set(`${kind} ${id}`, data) : rows.delete(`${kind} ${id}`))) };
};
/** Reads to the end in pages of the sizes given, over and over; `between` runs after each page. */
async function readAll(reader: Reader, sizes: number[], between: (n: number) => Promise<unknown> = async () => {}, from = '0') {
	const phone = device();
	const got: PageRow[] = [];
	let cursor = from;
	for (let n = 0; ; n++) {
		const page = await readPage(db, reader, parseCursor(cursor)!, sizes[n % sizes.length]!);
		phone.apply(page.rows);
		got.push(...page.rows);
		cursor = page.cursor;
		if (page.isDone) return { rows: phone.rows, got, cursor };
		await between(n);
	}
}

const someWrites = fc.array(fc.array(fc.record({ kind: fc.constantFrom('stage' as const, 'tag' as const, 'team' as const), n: fc.integer({ min: 0, max: 12 }), isDeleted: fc.boolean() }), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 });
const someSizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });

describe('the mirror’s pages', () => {
	it('give the same rows at any size of page as in one read, and a newcomer no tombstones', async () => {
		await fc.assert(
			fc.asyncProperty(someWrites, someSizes, async (batches, sizes) => {
				const reader = await begin();
				for (const batch of batches) await write(reader, batch);
				const whole = await readAll(reader, [2_000]);
				const paged = await readAll(reader, sizes);
				expect(paged.got).toEqual(whole.got);
				expect(paged.got.every((row) => row.data !== null && !row.deleted)).toBe(true);
			}),
			{ numRuns: 40 },
		);
	});

	it('miss nothing while writes go on between the pages, deletions of rows already sent included', async () => {
		await fc.assert(
			fc.asyncProperty(someWrites, someWrites, someSizes, async (before, during, sizes) => {
				const reader = await begin();
				for (const batch of before) await write(reader, batch);
				const waiting = [...during];
				const between = async () => {
					const next = waiting.shift();
					if (next) await write(reader, next);
				};
				const first = await readAll(reader, sizes, between);
				for (const batch of waiting) await write(reader, batch);
				const rest = await readAll(reader, sizes, undefined, first.cursor);
				for (const { kind, id, data } of rest.got) data ? first.rows.set(`${kind} ${id}`, data) : first.rows.delete(`${kind} ${id}`);
				expect(first.rows).toEqual((await readAll(reader, [2_000])).rows);
			}),
			{ numRuns: 40 },
		);
	});

	it('tell a device that was here of what was deleted since', async () => {
		const reader = await begin();
		await write(reader, [{ kind: 'stage', n: 1, isDeleted: false }]);
		const { cursor } = await readAll(reader, [5]);
		await write(reader, [{ kind: 'stage', n: 1, isDeleted: true }]);
		const { got } = await readAll(reader, [5], undefined, cursor);
		expect(got).toMatchObject([{ kind: 'stage', deleted: true, data: null }]);
	});

	it('keep to one workspace', async () => {
		const [mine, other] = [await begin(), await begin()];
		await write(other, [{ kind: 'tag', n: 1, isDeleted: false }]);
		expect((await readAll(mine, [10])).got).toEqual([]);
	});

	it('show sign-in links to administrators and to whom they were sent only', async () => {
		const reader = await begin();
		const letter = (id: string, kind: 'sign-in' | 'automatic', to: string) =>
			db.insert(mail).values({ id: `${reader.workspaceId}${id}`, workspace: reader.workspaceId, seq: seqOf(reader.workspaceId), kind, from: 'x', to: [to], cc: [], bcc: [], subject: id, html: '', text: '', state: 'captured', at: 1 });
		await commitIn(db, reader.workspaceId, [letter('a', 'sign-in', 'a@b.example'), letter('b', 'sign-in', 'b@b.example'), letter('c', 'automatic', 'c@b.example')]);
		const subjects = async (as: Partial<Reader>) => (await readAll({ ...reader, ...as }, [1])).got.map((row) => row.data!.subject);
		expect(await subjects({})).toEqual(['a', 'b', 'c']);
		expect(await subjects({ role: 'csm' })).toEqual(['a', 'c']);
		expect(await subjects({ role: 'reader', email: 'z@b.example' })).toEqual(['c']);
	});

	it('give follows to their person only', async () => {
		const reader = await begin();
		const follows = (userId: string) => followStatement(db, { workspaceId: reader.workspaceId, userId, customerId: `${reader.workspaceId}_c` });
		await commitIn(db, reader.workspaceId, [follows('u_me'), follows('u_other')]);
		const { got, cursor } = await readAll(reader, [1]);
		expect(got).toMatchObject([{ kind: 'follow', data: { userId: 'u_me', customerId: `${reader.workspaceId}_c` } }]);
		expect((await readAll({ ...reader, userId: 'u_third' }, [5])).got).toEqual([]);
		await commitIn(db, reader.workspaceId, ['u_me', 'u_other'].map((userId) => unfollowStatement(db, { workspaceId: reader.workspaceId, userId, customerId: `${reader.workspaceId}_c` }, 5)));
		expect((await readAll(reader, [5], undefined, cursor)).got).toMatchObject([{ kind: 'follow', deleted: true, data: null, id: `u_me:${reader.workspaceId}_c` }]);
		// Followed again: the same row comes back.
		await commitIn(db, reader.workspaceId, [follows('u_me')]);
		expect((await readAll(reader, [5])).rows.size).toBe(1);
	});

	it('say which texts are cursors', () => {
		expect(parseCursor('')).toBe('begin');
		expect(parseCursor(at(12, 3, 4, 'run:7.x'))).toEqual({ seq: 12, kind: 3, start: 4, id: 'run:7.x' });
		for (const text of ['x', '1.2', '-1.2.3.a', "1.2.3'"]) expect(parseCursor(text)).toBeNull();
	});

	it('S15: a cursor of rows that lack a column of today is none: a device that was updated fetches all anew', () => {
		expect(parseCursor(at(12, 3, 4, 'x'))).not.toBeNull();
		expect(parseCursor(at(12, 3, 4, 'x', 1))).toBeNull();
		// As cursors were written before they told.
		expect(parseCursor('12.3.4.x')).toBeNull();
	});

	it('answer within 250 ms for 2,000 of 20,000 rows', async () => {
		const reader = await begin();
		const rows = Array.from({ length: 20_000 }, (_, n) => ({ workspace: reader.workspaceId, seq: 1 + (n % 500), id: `${reader.workspaceId}p${n}`, name: `p ${n}`, draft: {}, draftHash: '', problems: 0, createdAt: 1, updatedAt: 1 }));
		for (let n = 0; n < rows.length; n += 2_000) await db.insert(playbook).values(rows.slice(n, n + 2_000));
		await readPage(db, reader, 'begin', 2_000);
		// The best of many: what the store needs, not what else the machine was doing.
		let best = Infinity;
		for (let n = 0; n < 50 && best >= 250; n++) {
			const began = performance.now();
			const page = await readPage(db, reader, parseCursor(at(250, 7, 0, ''))!, 2_000);
			expect(page.rows).toHaveLength(2_000);
			best = Math.min(best, performance.now() - began);
		}
		expect(best).toBeLessThan(250);
	});
});
