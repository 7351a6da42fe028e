import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetLateness, latenessKeptMs, noteLateness, readLateness } from '../../db/lateness.ts';
import { commit } from '../../db/statement.ts';
import { openBook, type Book } from './engine-book.ts';

let book: Book;
beforeAll(async () => void (book = await openBook()));
afterAll(() => book.close());
const minute = 60_000;
const note = (at: number, bucket: number, count: number, worst: number, workspace = 'w1') => commit(book.database, [noteLateness(workspace, [{ minute: at / minute, bucket, count, worst }])]);

test('R24: counts of one minute add up, whoever writes them, and are read by slots of any length; two days are kept', async () => {
	const start = 1_000 * 3_600_000;
	await note(start, 0, 3, 9);
	await note(start, 0, 2, 4);
	await note(start, 5, 1, 400);
	await note(start + minute, 0, 1, 10);
	await note(start + 20 * minute, 0, 7, 1);
	await note(start, 0, 100, 1, 'w2');
	expect(await readLateness(book.database, 'w1', start, minute)).toEqual([
		{ at: start, bucket: 0, count: 5, worst: 9 },
		{ at: start, bucket: 5, count: 1, worst: 400 },
		{ at: start + minute, bucket: 0, count: 1, worst: 10 },
		{ at: start + 20 * minute, bucket: 0, count: 7, worst: 1 },
	]);
	expect(await readLateness(book.database, 'w1', start, 15 * minute)).toEqual([
		{ at: start, bucket: 0, count: 6, worst: 10 },
		{ at: start, bucket: 5, count: 1, worst: 400 },
		{ at: start + 15 * minute, bucket: 0, count: 7, worst: 1 },
	]);
	await commit(book.database, [forgetLateness('w1', start + latenessKeptMs + 2 * minute)]);
	expect((await readLateness(book.database, 'w1', 0, minute)).map(({ at }) => at)).toEqual([start + 20 * minute]);
	expect(await readLateness(book.database, 'w2', 0, minute)).toHaveLength(1);
});
