/** What the service worker says to an open window, and the number on the app's icon (MO1). */
import { push } from '$lib/sync/index.ts';

/** Goes where a notification that was tapped leads, and keeps this device's subscription known to the server. Returns how to stop. */
export function followNotifications(go: (path: string) => void): () => void {
	if (!('serviceWorker' in navigator)) return () => {};
	const hear = ({ data }: MessageEvent) => {
		if (data?.type === 'open') go(data.path);
		else if (data?.type === 'push-changed') void push.look();
	};
	navigator.serviceWorker.addEventListener('message', hear);
	// Only where somebody turned notifications on: nobody else's start asks the server.
	if (globalThis.Notification?.permission === 'granted') void push.look();
	return () => navigator.serviceWorker.removeEventListener('message', hear);
}

/** How many actions wait, on the installed app's icon, where the system shows it. */
export function showBadge(count: number): void {
	const done = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
	void done?.catch(() => {});
}
