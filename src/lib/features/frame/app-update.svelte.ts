/** The installed app: registers the service worker and says when a newer version waits. Reloading is the person's choice, in each tab. */
import { keptHere } from '$lib/sync/index.ts';

/** How long a newer version may take to take over before it can be asked for again, in ms: a worker that leaves ends half a minute after the last thing it was asked. */
const patience = 40_000;
let waiting = $state<ServiceWorker | null>(null);
let isTaken = $state(false);
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
	/** When all that was begun is on the device (SY4) lets the newer version, if there is one, take over and reloads. */
	async take(): Promise<void> {
		if (state === 'taking') return;
		state = 'taking';
		const newer = waiting;
		if (newer?.state === 'installed') {
			if (!(await isKept())) return void (state = 'unkept');
			if (!(await takesOver(newer))) return void (state = 'idle');
		}
		// Also what was written while it took over.
		if (await isKept()) location.reload();
		else state = 'unkept';
	},
};

/** Is all that was begun on the device? */
function isKept(): Promise<boolean> {
	// A field is written when it is left.
	if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
	return keptHere();
}

/** Lets the newer version take over; false when it hasn't in time. */
function takesOver(newer: ServiceWorker): Promise<boolean> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => resolve(false), patience);
		const look = () => newer.state !== 'installed' && (clearTimeout(timer), resolve(newer.state !== 'redundant'));
		newer.addEventListener('statechange', look, { once: true });
		newer.postMessage({ type: 'skip-waiting' });
		// For another tab it may have begun already.
		look();
	});
}

/** Registers the worker (built apps only) and looks for a newer one each time the app comes back into view. Returns how to stop. */
export function followUpdates(): () => void {
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
