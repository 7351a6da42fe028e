/** Says why something was not taken, where no field can: controls that show only what was. */
import { refusalText } from './refusal.ts';
import { toast } from './toasts.svelte.ts';

/** The reason in words, said in a toast; null when it was taken. What a control's `onchange` answers. */
export function sayRefusal(answer: { ok: true } | { ok: false; code: string; message: string }): string | null {
	if (answer.ok) return null;
	const words = refusalText(answer.code, answer.message);
	toast(words, { status: 'stuck' });
	return words;
}
