/** Gives an element that is already on the page what a widget of bits-ui gives its own: so that a control can be there before its widget was loaded. */
import { untrack } from 'svelte';

type Props = Record<string | symbol, any>;
/** Of the element itself: its own markup says these. */
const own = new Set(['class', 'style', 'type', 'disabled', 'children']);

/** Keeps attributes, handlers and attachments of `read()` on `node` as long as the calling component lives. */
export function adopt(node: HTMLElement, read: () => Props): void {
	// A widget's attachments stay the same for its life; running them anew on each change would make it forget its element.
	$effect(() => {
		const ends = untrack(() => Object.getOwnPropertySymbols(read()).map((key) => read()[key](node)));
		return () => ends.forEach((end) => end?.());
	});
	const listened = new Map<string, (event: Event) => void>();
	$effect(() => {
		const props = read();
		for (const [name, value] of Object.entries(props)) {
			if (own.has(name)) continue;
			if (typeof value === 'function') listen(name.slice(2));
			else write(name, value);
		}
	});
	$effect(() => () => listened.forEach((listener, type) => node.removeEventListener(type, listener)));

	function listen(type: string) {
		if (listened.has(type)) return;
		const act = (event: Event) => read()[`on${type}`]?.(event);
		// A control that is taken away loses the focus while the page is drawn, when nothing may be written: who is still there is told after.
		const listener = type === 'blur' ? (event: Event) => queueMicrotask(() => node.isConnected && act(event)) : act;
		listened.set(type, listener);
		node.addEventListener(type, listener);
	}

	function write(name: string, value: unknown) {
		if (name === 'value') {
			const input = node as HTMLInputElement;
			if (input.value !== value) input.value = String(value ?? '');
		} else if (value === undefined || value === null || value === false) node.removeAttribute(name);
		else node.setAttribute(name, value === true ? '' : String(value));
	}
}
