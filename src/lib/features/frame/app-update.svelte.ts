/** The installed app: registers the service worker and says when a newer version waits. Reloading is the person's choice, in each tab. */
import { keptHere } from '$lib/sync/index.ts';

/** How long taking over may take before it can be asked for again, in ms. */
const patience = 10_000;
let waiting = $state<ServiceWorker | null>(null);
let isTaken = $state(false);
/** Does at once what could still be undone. */
let finish = () => {};
let state = $state<'idle' | 'taking' | 'unkept'>('idle');

export const appUpdate = {
	/** Whether this tab runs an older version than it could: a newer one waits, or has taken over for another tab (reactive). */
	get isReady(): boolean {
		return waiting !== null || isTaken;
	},
	/** `unkept`: it would have lost work that is neither on this device nor sent, so it was not done (reactive). */
	get state(): 'idle' | 'taking' | 'unkept' {
		return state;
	},
	/** Finishes what is begun, and when all of it is on the device (SY4) lets the newer version, if there is one, take over and reloads. */
	async take(): Promise<void> {
		state = 'taking';
		// A field is written when it is left.
		if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
		finish();
		if (!(await keptHere())) return void (state = 'unkept');
		if (waiting === null || waiting.state === 'activated') return location.reload();
		navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
		waiting.postMessage({ type: 'skip-waiting' });
		// The worker that leaves finishes what it is at first; should that take long, one may ask again.
		setTimeout(() => state === 'taking' && (state = 'idle'), patience);
	},
};

/** Registers the worker (built apps only) and looks for a newer one each time the app comes back into view. `beforeReload` does at once what could still be undone. Returns how to stop. */
export function followUpdates(beforeReload: () => void): () => void {
	finish = beforeReload;
	if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return () => {};
	const { serviceWorker } = navigator;
	let registration: ServiceWorkerRegistration | undefined;
	const look = () => document.visibilityState === 'visible' && void registration?.update().catch(() => {});
	// A first install has no controller yet: it isn't an update.
	let wasControlled = serviceWorker.controller !== null;
	const note = (worker: ServiceWorker | null | undefined) => {
		if (worker?.state === 'installed' && serviceWorker.controller) [waiting, state] = [worker, 'idle'];
	};
	// Another tab took it: nothing changes under this one's hands until its person says so.
	const changed = () => {
		isTaken ||= wasControlled;
		wasControlled = true;
	};
	serviceWorker.addEventListener('controllerchange', changed);
	void serviceWorker
		.register('/service-worker.js')
		.then((made) => {
			registration = made;
			note(made.waiting);
			made.addEventListener('updatefound', () => {
				const coming = made.installing;
				coming?.addEventListener('statechange', () => note(coming));
			});
		})
		// Without a worker the app works as long as there is a connection; the browser's console has the reason.
		.catch((cause) => console.warn('The app can’t be installed here', cause));
	document.addEventListener('visibilitychange', look);
	return () => {
		serviceWorker.removeEventListener('controllerchange', changed);
		document.removeEventListener('visibilitychange', look);
	};
}
