/** Short messages at the foot of the screen, with an act (Undo) while it can still be taken. */
import type { Status } from './status.ts';

export type Toast = { id: number; text: string; status: Status; act: { label: string; run: () => void } | null; seconds: number };

let list = $state<Toast[]>([]);
let last = 0;

export const toasts = {
	/** What is shown now, oldest first (reactive). */
	get list(): readonly Toast[] {
		return list;
	},
	/** Takes a toast away before its time. */
	close(id: number) {
		list = list.filter((toast) => toast.id !== id);
	},
};

/**
 * Shows a message for `seconds` (5 by default; failures stay 10). With `act`, a button that runs it once and closes.
 * Returns how to close it early.
 */
export function toast(text: string, options: { status?: Status; act?: { label: string; run: () => void }; seconds?: number } = {}): () => void {
	const id = ++last;
	const status = options.status ?? 'plain';
	const seconds = options.seconds ?? (status === 'stuck' || status === 'warned' ? 10 : 5);
	// The same word again takes the place of the one before: five changes don't stack five times “Saved”.
	list = [...list.filter((other) => other.act !== null || other.text !== text), { id, text, status, act: options.act ?? null, seconds }].slice(-4);
	setTimeout(() => toasts.close(id), seconds * 1000);
	return () => toasts.close(id);
}
