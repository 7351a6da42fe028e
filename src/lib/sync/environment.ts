/** What the device gives this room of the house: network, clock, chance, and news of waking up. Passed in, so that tests pass their own. */

/** The part of the browser's WebSocket that is used. */
export type Socket = {
	binaryType: string;
	readyState: number;
	onopen: ((event: any) => void) | null;
	onmessage: ((event: { data: any }) => void) | null;
	onclose: ((event: { code: number; reason: string }) => void) | null;
	onerror: ((event: any) => void) | null;
	send(data: string | Uint8Array<ArrayBuffer>): void;
	close(code?: number, reason?: string): void;
};

export type Environment = {
	fetch: (input: string, init?: RequestInit) => Promise<Response>;
	openSocket: (url: string) => Socket;
	/** Milliseconds UTC. */
	now: () => number;
	/** 0 ≤ n < 1. */
	random: () => number;
	setTimeout: (run: () => void, ms: number) => unknown;
	clearTimeout: (timer: any) => void;
	/** Is somebody looking? Links are probed only then (S16, S18). */
	isVisible: () => boolean;
	/** Calls back when the device may have come back: `online`, `visibilitychange` to visible, `pageshow` (S16). Returns how to stop. */
	onResume: (run: () => void) => () => void;
	/** Calls back when nobody looks any more: the last that a page on a phone may ever hear. Returns how to stop. */
	onHide: (run: () => void) => () => void;
	/** False only when the browser is sure that nothing can be reached. */
	hasNetwork: () => boolean;
	/** Calls back when that may have changed. Returns how to stop. */
	onNetwork: (run: () => void) => () => void;
	/** Undefined where the device has none; then work is kept in memory and the screen says so (S17). */
	indexedDB: IDBFactory | undefined;
	storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
	/** A line to this user's other tabs; undefined where the browser has none. */
	openChannel: (name: string) => Channel | undefined;
	/** Does each byte cost this person: a mobile link, or a wish to save data? False where the browser doesn't say. */
	isMetered: () => boolean;
	/** Bytes this site uses and may use on the device; null where the browser doesn't say. */
	space: () => Promise<{ used: number; quota: number } | null>;
	/** Locks that all tabs of this origin share, and that a tab's death lets go (ADR 13); undefined where the browser has none. */
	locks: Locks | undefined;
	/** Runs before the next frame is drawn, or soon where nothing is drawn. */
	onFrame: (run: () => void) => void;
};

/** The part of the browser's LockManager that is used. */
export type Locks = { request(name: string, options: { steal?: boolean; signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown> };
export type Channel = { onmessage: ((event: { data: any }) => void) | null; postMessage(message: unknown): void; close(): void };

/** The browser this page runs in. Safe to call where there is no window (nothing is touched until used). */
export function browserEnvironment(): Environment {
	const isVisible = () => typeof document === 'undefined' || document.visibilityState === 'visible';
	return {
		fetch: (input, init) => globalThis.fetch(input, init),
		openSocket: (url) => new WebSocket(url) as unknown as Socket,
		now: () => Date.now(),
		random: () => Math.random(),
		setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
		clearTimeout: (timer) => globalThis.clearTimeout(timer),
		isVisible,
		onResume: (run) => {
			if (typeof window === 'undefined') return () => {};
			const onVisibility = () => isVisible() && run();
			window.addEventListener('online', run);
			// A page restored from the back/forward cache says `pageshow` only (realtime.md §4).
			window.addEventListener('pageshow', run);
			document.addEventListener('visibilitychange', onVisibility);
			return () => {
				window.removeEventListener('online', run);
				window.removeEventListener('pageshow', run);
				document.removeEventListener('visibilitychange', onVisibility);
			};
		},
		onHide: (run) => {
			if (typeof window === 'undefined') return () => {};
			const onVisibility = () => void (isVisible() || run());
			document.addEventListener('visibilitychange', onVisibility);
			return () => document.removeEventListener('visibilitychange', onVisibility);
		},
		hasNetwork: () => typeof navigator === 'undefined' || navigator.onLine !== false,
		onNetwork: (run) => {
			if (typeof window === 'undefined') return () => {};
			for (const event of ['online', 'offline']) window.addEventListener(event, run);
			return () => ['online', 'offline'].forEach((event) => window.removeEventListener(event, run));
		},
		indexedDB: globalThis.indexedDB,
		storage: availableStorage(),
		openChannel: (name) => (typeof BroadcastChannel === 'undefined' ? undefined : (new BroadcastChannel(name) as Channel)),
		isMetered: () => {
			const connection = (globalThis.navigator as (Navigator & { connection?: { saveData?: boolean; type?: string } }) | undefined)?.connection;
			return connection?.saveData === true || connection?.type === 'cellular';
		},
		space: async () => {
			const { usage, quota } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
			return usage === undefined || quota === undefined ? null : { used: usage, quota };
		},
		locks: typeof navigator === 'undefined' ? undefined : (navigator.locks as Locks | undefined),
		onFrame: (run) => {
			// Hidden pages draw no frames; what they show must be right when they come back.
			if (typeof requestAnimationFrame === 'undefined' || !isVisible()) globalThis.setTimeout(run, 16);
			else requestAnimationFrame(run);
		},
	};
}

/** Browsers that block site data throw on the mere mention of localStorage. */
function availableStorage(): Storage | undefined {
	try {
		return typeof window === 'undefined' ? undefined : window.localStorage;
	} catch {
		return undefined;
	}
}
