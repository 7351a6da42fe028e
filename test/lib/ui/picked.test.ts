/** MO1, SY5: what was refused doesn't stay shown in a control of the kit. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { allowed } from '../../../src/lib/ui/picked.svelte.ts';
import { owner } from './owner.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
	['with a text', 'You may not'],
	['with false', false],
	['as an edit is', { ok: false, code: 'read-only', message: 'You may not' }],
])('a choice that its owner refuses %s is put back at once', async (_, refusal) => {
	const { picked, shown, stop } = owner('red', () => refusal);
	picked.take('blue');
	expect(shown.at(-1)).toBe('blue');
	await vi.advanceTimersByTimeAsync(0);
	expect(shown).toEqual(['red', 'blue', 'red']);
	stop();
});

test('a choice that its owner never takes is put back, though nobody said why', async () => {
	const { picked, shown, stop } = owner('red', () => undefined);
	picked.take('blue');
	await vi.advanceTimersByTimeAsync(allowed - 1);
	expect(shown).toEqual(['red', 'blue']);
	await vi.advanceTimersByTimeAsync(1);
	expect(shown).toEqual(['red', 'blue', 'red']);
	stop();
});

test('a choice stays shown until its owner has it, without a blink', async () => {
	const { picked, shown, own, stop } = owner('red', () => null);
	picked.take('blue');
	await vi.advanceTimersByTimeAsync(60);
	own('blue');
	await vi.advanceTimersByTimeAsync(10 * allowed);
	expect(shown).toEqual(['red', 'blue']);
	own('green');
	expect(shown).toEqual(['red', 'blue', 'green']);
	stop();
});

test('a choice stays shown while its owner asks a server, and is put back when that refuses', async () => {
	let answer!: (is: boolean) => void;
	const { picked, shown, stop } = owner('red', () => new Promise<boolean>((resolve) => (answer = resolve)));
	picked.take('blue');
	await vi.advanceTimersByTimeAsync(100 * allowed);
	expect(shown).toEqual(['red', 'blue']);
	answer(false);
	await vi.advanceTimersByTimeAsync(0);
	expect(shown).toEqual(['red', 'blue', 'red']);
	stop();
});

test('what the owner says meanwhile is shown, though an answer is awaited, and a later choice outlives the answer to an earlier one', async () => {
	const answers: ((is: boolean) => void)[] = [];
	const { picked, shown, own, stop } = owner('red', () => new Promise<boolean>((resolve) => answers.push(resolve)));
	picked.take('blue');
	picked.take('green');
	answers[0]!(false);
	await vi.advanceTimersByTimeAsync(0);
	expect(shown).toEqual(['red', 'blue', 'green']);
	own('brown');
	expect(shown.at(-1)).toBe('brown');
	stop();
});

test('a value is a form’s own (bind) or its owner’s (onchange), never both: then nothing would be written', () => {
	const root = fileURLToPath(new URL('../../../src/', import.meta.url));
	const both = readdirSync(root, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.svelte'))
		.flatMap((file) => [...readFileSync(root + file, 'utf8').matchAll(/<(?:Select|Combobox|Switch|Checkbox|DateInput)\b(?:[^>]|=>)*?\/>/g)].map(([tag]) => `${file}: ${tag}`))
		.filter((tag) => /bind:(?:value|values|isOn|isChecked)\b/.test(tag) && /\bonchange\b/.test(tag));
	expect(both).toEqual([]);

});
