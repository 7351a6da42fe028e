/** Notifications on this device (MO1): off until the person turns them on here, gone when they sign out. */
import { pushTopics, type PushTopic } from '#domain/push.ts';
import type { Call } from './call.ts';

/**
 * `unknown` until looked at; `no-server`: this Cuebook sends none; `unsupported`: the browser has none; `needs-install`: it has them for
 * installed apps only (iOS); `blocked`: the person or the browser forbids them; else off or on.
 */
export type PushState = 'unknown' | 'no-server' | 'unsupported' | 'needs-install' | 'blocked' | 'off' | 'on';
/** Why turning on or a test did not work: `denied`, `dismissed`, `no-service` (the browser could not reach its push service), or the server's code. */
export type PushAnswer = { ok: true } | { ok: false; code: string };

/** What is needed of the browser. */
export type PushBrowser = {
	/** The service worker's registration, when the browser can push to it. */
	registration: () => Promise<Pick<ServiceWorkerRegistration, 'pushManager'> | undefined>;
	permission: () => NotificationPermission | undefined;
	ask: () => Promise<NotificationPermission>;
	/** Whether notifications come only after the app was put on the home screen. */
	needsInstall: () => boolean;
	/** What this device is called among the person's others. */
	label: () => string;
	language: () => string;
};

const bytesOf = (key: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
const textOf = (bytes: ArrayBuffer | null | undefined): string => btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

type Described = { publicKey: string | null; devices: { endpoint: string; topics: PushTopic[]; failedSince: number | null }[] };

export class Push {
	#browser: PushBrowser;
	#call: Call;
	#state = $state<PushState>('unknown');
	#topics = $state.raw<readonly PushTopic[]>(pushTopics);
	#failedSince = $state<number | null>(null);

	constructor(browser: PushBrowser, call: Call) {
		this.#browser = browser;
		this.#call = call;
	}

	/** Reactive. */
	get state(): PushState {
		return this.#state;
	}

	/** What this device is told of (reactive). */
	get topics(): readonly PushTopic[] {
		return this.#topics;
	}

	/** Since when the push service refuses what is sent, ms; null when all is well (reactive). */
	get failedSince(): number | null {
		return this.#failedSince;
	}

	/** Looks where things stand. A subscription that the server lost, or of another key, is mended. Without the server nothing changes. */
	async look(): Promise<void> {
		if (this.#browser.needsInstall()) return void (this.#state = 'needs-install');
		if (this.#browser.permission() === 'denied') return void (this.#state = 'blocked');
		const manager = (await this.#browser.registration())?.pushManager;
		if (!manager || this.#browser.permission() === undefined) return void (this.#state = 'unsupported');
		const kept = await manager.getSubscription();
		const answer = await this.#call<Described>('/api/push');
		if (!answer.ok) return void (this.#state = kept ? 'on' : 'off');
		const { publicKey, devices } = answer.value;
		if (publicKey === null) return void (this.#state = 'no-server');
		if (!kept) return void (this.#state = 'off');
		const known = devices.find(({ endpoint }) => endpoint === kept.endpoint);
		this.#topics = known?.topics ?? pushTopics;
		this.#failedSince = known?.failedSince ?? null;
		this.#state = 'on';
		if (textOf(kept.options.applicationServerKey) !== publicKey) await this.#renew(manager, kept, publicKey);
		else if (!known) await this.#tell(kept);
	}

	/** Asks the person's permission (call it from a click), subscribes and tells the server. */
	async turnOn(): Promise<PushAnswer> {
		const permission = await this.#browser.ask();
		if (permission !== 'granted') {
			if (permission === 'denied') this.#state = 'blocked';
			return { ok: false, code: permission === 'denied' ? 'denied' : 'dismissed' };
		}
		const answer = await this.#call<Described>('/api/push');
		if (!answer.ok) return answer;
		const manager = (await this.#browser.registration())?.pushManager;
		if (!manager || answer.value.publicKey === null) return { ok: false, code: 'no-push' };
		const made = await this.#subscribe(manager, answer.value.publicKey);
		if (!made) return { ok: false, code: 'no-service' };
		const told = await this.#tell(made);
		if (told.ok) [this.#state, this.#failedSince] = ['on', null];
		// Half a subscription would look on and say nothing.
		else await made.unsubscribe().catch(() => false);
		return told;
	}

	/** Ends it on this device and at the server. Works without network: the browser forgets at once, and the server on its next try. */
	async turnOff(): Promise<PushAnswer> {
		// Where nobody ever allowed notifications there is nothing to end, nor a worker to wait for.
		if (this.#browser.permission() !== 'granted') return { ok: true };
		const kept = await (await this.#browser.registration())?.pushManager.getSubscription();
		await kept?.unsubscribe().catch(() => false);
		this.#state = 'off';
		if (kept) await this.#call('/api/push', { endpoint: kept.endpoint }, 'DELETE');
		return { ok: true };
	}

	/** Changes what this device is told of. */
	async choose(topics: readonly PushTopic[]): Promise<PushAnswer> {
		const before = this.#topics;
		this.#topics = topics;
		const kept = await (await this.#browser.registration())?.pushManager.getSubscription();
		const told = kept ? await this.#tell(kept) : { ok: false as const, code: 'not-subscribed' };
		if (!told.ok) this.#topics = before;
		return told;
	}

	/** Has the server send a message to this device now. */
	async test(): Promise<PushAnswer> {
		const kept = await (await this.#browser.registration())?.pushManager.getSubscription();
		return await this.#call('/api/push/test', { endpoint: kept?.endpoint ?? '' });
	}

	async #subscribe(manager: PushManager, publicKey: string): Promise<PushSubscription | null> {
		return await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(publicKey) }).catch(() => null);
	}

	async #renew(manager: PushManager, old: PushSubscription, publicKey: string): Promise<void> {
		await old.unsubscribe().catch(() => false);
		const made = await this.#subscribe(manager, publicKey);
		if (made) await this.#tell(made);
		else this.#state = 'off';
	}

	async #tell(subscription: PushSubscription): Promise<PushAnswer> {
		const keys = { p256dh: textOf(subscription.getKey('p256dh')), auth: textOf(subscription.getKey('auth')) };
		return await this.#call('/api/push', { endpoint: subscription.endpoint, ...keys, topics: this.#topics, language: this.#browser.language(), label: this.#browser.label() });
	}
}

/** How long a first visit's worker is waited for, in ms. */
const workerPatience = 10_000;

/** The browser this page runs in. iOS tells apps of the home screen only. */
export const pushBrowser = (): PushBrowser => ({
	// At a first visit the worker is still being installed; without one (development) nothing comes.
	registration: async () => {
		if (typeof PushManager === 'undefined' || !navigator.serviceWorker) return undefined;
		const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), workerPatience));
		return (await navigator.serviceWorker.getRegistration()) ?? (await Promise.race([navigator.serviceWorker.ready, late]));
	},
	permission: () => (typeof Notification === 'undefined' ? undefined : Notification.permission),
	ask: () => Notification.requestPermission(),
	needsInstall: () => /iPhone|iPad|iPod/.test(navigator.userAgent) && !matchMedia('(display-mode: standalone)').matches,
	label: () => labelOf(navigator.userAgent),
	language: () => document.documentElement.lang.slice(0, 2) || 'en',
});

/** “Chrome, Android”: from what browsers say of themselves, the specific before the general. */
export const labelOf = (agent: string): string => {
	const named = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
	const browser = named([[/Edg/, 'Edge'], [/Firefox|FxiOS/, 'Firefox'], [/OPR/, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']]);
	const system = named([[/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'Mac'], [/Linux|CrOS/, 'Linux']]);
	return [browser, system].filter(Boolean).join(', ') || 'Browser';
};
