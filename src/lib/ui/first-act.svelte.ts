/** A control that is itself from the first paint on, while what it opens is loaded on the first act on it and then adopts it (opened/adopt.svelte.ts). */
import { tick } from 'svelte';
import { createAttachmentKey } from 'svelte/attachments';
import type { Later } from './later.svelte.ts';

export type FirstAct = {
	/** The control, once what it opens is here to adopt it (reactive). */
	readonly node: HTMLElement | null;
	/** For the control's element. */
	readonly props: Record<string | symbol, unknown>;
};

/**
 * What the control carries. A click loads `panel`, then calls `open`; of `keys`, one pressed before the panel was here is pressed again for it.
 * Focus by keyboard loads it without opening.
 */
export function firstAct(panel: Later, haspopup: 'menu' | 'dialog' | 'listbox', keys: readonly string[], open: () => void): FirstAct {
	let node = $state.raw<HTMLElement | null>(null);
	let isAdopted = $state(false);
	let isPressed = false;
	const adopt = async () => {
		if (!isAdopted && (await panel.ask())) isAdopted = true;
		return isAdopted;
	};

	function attach(element: HTMLElement) {
		node = element;
		const listen = new AbortController();
		const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) => element.addEventListener(type, act, { signal: listen.signal });
		on('focus', () => !isPressed && element.matches(':focus-visible') && void adopt());
		on('pointerdown', () => void (isPressed = !isAdopted));
		on('click', async () => {
			// A press that began before the panel was here is nobody else's.
			const isOurs = isPressed || !isAdopted;
			isPressed = false;
			if (isOurs && (await adopt())) open();
		});
		on('keydown', async (event) => {
			if (isAdopted || !keys.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
			event.preventDefault();
			if (!(await adopt())) return;
			await tick();
			element.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, code: event.code, bubbles: true, cancelable: true }));
		});
		return () => {
			listen.abort();
			node = null;
		};
	}

	const props = { 'aria-haspopup': haspopup, 'aria-expanded': 'false', 'data-state': 'closed', [createAttachmentKey()]: attach };
	return {
		get node() {
			return isAdopted ? node : null;
		},
		props,
	};
}
