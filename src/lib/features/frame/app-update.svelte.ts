/** The installed app: registers the service worker and says when a newer version waits. Reloading is the person's choice. */
let waiting = $state<ServiceWorker | null>(null);

export const appUpdate = {
	/** Whether a newer version is ready to take over (reactive). */
	get isReady(): boolean {
		return waiting !== null;
	},
	/** Lets the newer version take over, then reloads once it has. */
	take() {
		navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
		waiting?.postMessage({ type: 'skip-waiting' });
	},
};

/** Registers the worker (built apps only) and looks for a newer one each time the app comes back into view. Returns how to stop. */
export function followUpdates(): () => void {
	if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return () => {};
	let registration: ServiceWorkerRegistration | undefined;
	const look = () => document.visibilityState === 'visible' && void registration?.update().catch(() => {});
	// A first install has no controller yet: it isn't an update.
	const note = (worker: ServiceWorker | null | undefined) => {
		if (worker?.state === 'installed' && navigator.serviceWorker.controller) waiting = worker;
	};
	void navigator.serviceWorker
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
	return () => document.removeEventListener('visibilitychange', look);
}
