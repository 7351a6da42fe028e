/** Words at controls, shown on hover and on keyboard focus: what draws them is loaded with the first one that a pointer or a key comes to. */
import { tick } from 'svelte';
import { createAttachmentKey } from 'svelte/attachments';
import { SvelteMap } from 'svelte/reactivity';
import { later } from './later.svelte.ts';

export type Hint = { readonly text: string; readonly keys?: string; readonly side?: 'top' | 'bottom' | 'left' | 'right' };

const layer = later(() => import('./opened/HintLayer.svelte'));
const shown = new SvelteMap<HTMLElement, Hint>();

/** For the layout: the layer, once something has a hint to show, and the controls it is drawn for (reactive). */
export const hints = {
	get layer() {
		return shown.size > 0 ? layer.component : null;
	},
	get all(): readonly [HTMLElement, Hint][] {
		return [...shown];
	},
};

/** What a control with a hint carries; `hint` is read when it is drawn. */
export function hinted(hint: Hint): Record<symbol, (element: HTMLElement) => () => void> {
	function attach(element: HTMLElement) {
		const listen = new AbortController();
		const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) => element.addEventListener(type, act, { signal: listen.signal });
		// Whoever is still there when the layer has come is told of again, for its own delay to begin.
		const adopt = async (isStill: () => boolean, again: () => Event) => {
			if (shown.has(element) || !(await layer.ask()) || listen.signal.aborted) return;
			shown.set(element, hint);
			await tick();
			if (isStill()) element.dispatchEvent(again());
		};
		on('pointerenter', ({ pointerType }) => {
			if (pointerType !== 'touch') void adopt(() => element.matches(':hover'), () => new PointerEvent('pointermove', { pointerType }));
		});
		on('focus', () => {
			if (element.matches(':focus-visible')) void adopt(() => document.activeElement === element, () => new FocusEvent('focus'));
		});
		return () => {
			listen.abort();
			shown.delete(element);
		};
	}
	return { [createAttachmentKey()]: attach };
}
