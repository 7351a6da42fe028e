import { flushSync } from 'svelte';
import { Picked } from '../../../src/lib/ui/picked.svelte.ts';

/** Who owns a value, for a test of what a control shows of it: `shown` are all that were drawn, `own` is a change by the owner. */
export function owner(first: string, tell: (next: string) => unknown) {
	let value = $state(first);
	const shown: string[] = [];
	let picked!: Picked<string>;
	const stop = $effect.root(() => {
		picked = new Picked(() => value, tell);
		$effect(() => void shown.push(picked.shown));
	});
	flushSync();
	const drawn = (act: () => void) => (act(), flushSync());
	return { picked: { take: (next: string) => drawn(() => picked.take(next)) }, shown, own: (next: string) => drawn(() => (value = next)), stop };
}
