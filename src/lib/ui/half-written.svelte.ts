/** Fields that are written when one leaves them: there are ways to leave that blur nothing. */
import { onDestroy } from 'svelte';
import { askBeforeLeaving } from './ask-before-leaving.ts';

/** Has `finish` write a field that `isHalfWritten` (reactive) when its page is left, when nobody looks any more, and when its tab is about to go; then the person is asked, too. Call it where a component is made. */
export function finishWhenLeft(isHalfWritten: () => boolean, finish: () => void): void {
	// By a gesture.
	onDestroy(finish);
	$effect(() => {
		if (!isHalfWritten()) return;
		// Switching to another app may be the last that a phone lets this one do.
		const onVisibility = () => document.visibilityState === 'hidden' && finish();
		document.addEventListener('visibilitychange', onVisibility);
		const stop = askBeforeLeaving(finish);
		return () => {
			document.removeEventListener('visibilitychange', onVisibility);
			stop();
		};
	});
}
