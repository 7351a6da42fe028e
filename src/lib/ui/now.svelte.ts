/** One clock for every relative time on screen: ticks each half minute while someone looks, at once when they come back. */
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
	const timer = setInterval(update, 30_000);
	const onVisible = () => document.visibilityState === 'visible' && update();
	document.addEventListener('visibilitychange', onVisible);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', onVisible);
	};
});

/** The moment in ms UTC; reactive when read in a template, `$derived` or an effect. */
export function now(): number {
	subscribe();
	return Date.now();
}
