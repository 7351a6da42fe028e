/**
 * The app opens without network: its build and one shell are kept at install; every page is drawn from them (SY1, MO1).
 * Never kept: /api and sign-in (realtime.md §4). A new version waits until the page says `skip-waiting`, so that nothing changes under a person's hands.
 */
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { safeParse } from 'valibot';
import { build, files, version } from '$service-worker';
import { pushMessage, type PushMessage } from '#domain/push.ts';
import { m } from '$lib/messages/messages.js';
import { isLocale } from '$lib/messages/runtime.js';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const cacheName = `cuebook-${version}`;
/** Every page is the same document (nothing is rendered on the server): this one stands for all. */
const shell = '/';
const kept = new Set([...build, ...files]);
/** Files whose name says their content: a tab of an earlier version goes on asking for its own. */
const isForEver = (path: string): boolean => path.startsWith('/_app/immutable/');
/** Earlier versions whose files stay for tabs that still run them; the network may not have these any more. */
const earlierKept = 2;
/**
 * What never comes to this worker, where a browser can route (the handler below does the same elsewhere). Above all for the day it is replaced: a worker that leaves is started once more by any
 * request that comes while it stops, and Chromium then keeps the newer one waiting, for minutes as long as tabs go on asking.
 */
const ways: Way[] = [
	...['/api/*', '/healthz*'].map((pathname): Way => ({ condition: { urlPattern: { pathname, search: '*' } }, source: 'network' })),
	{ condition: { urlPattern: { pathname: '/_app/immutable/*', search: '*' } }, source: 'cache' },
];
type Way = { condition: { urlPattern: { pathname: string; search: string } }; source: 'network' | 'cache' };
/** The ServiceWorker Static Routing API; TypeScript doesn't know it yet. */
type Routing = ExtendableEvent & { addRoutes?: (ways: Way[]) => Promise<void> };
/** How long a slow network may hold up a page whose shell is here, in ms. */
const patience = 2_500;

worker.addEventListener('install', (event) => {
	void (event as Routing).addRoutes?.(ways);
	event.waitUntil(install());
});
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('message', (event) => {
	if (event.data?.type === 'skip-waiting') void worker.skipWaiting();
});

worker.addEventListener('push', (event) => event.waitUntil(show(event.data)));
worker.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(open(String(event.notification.data?.open ?? '/')));
});
worker.addEventListener('pushsubscriptionchange', (event) => (event as ExtendableEvent).waitUntil(tellOfChange()));

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/healthz')) return;
	if (kept.has(url.pathname)) event.respondWith(fromCacheFirst(request, url.pathname));
	else if (isForEver(url.pathname)) event.respondWith(fromAnyCache(request));
	else if (request.mode === 'navigate') event.respondWith(page(request));
});

async function install(): Promise<void> {
	const cache = await caches.open(cacheName);
	await cache.addAll([...kept]);
	// A shell that isn't this app's (a captive portal's page, an error) must never be kept.
	const answer = await fetch(shell, { cache: 'reload', credentials: 'same-origin' });
	if (!isShell(answer)) throw new Error(`No shell to keep: ${answer.status}`);
	await cache.put(shell, answer);
}

async function activate(): Promise<void> {
	// In the order they were made.
	const earlier = (await caches.keys()).filter((name) => name.startsWith('cuebook-') && name !== cacheName);
	for (const name of earlier.slice(0, -earlierKept)) await caches.delete(name);
	await worker.clients.claim();
}

async function fromCacheFirst(request: Request, path: string): Promise<Response> {
	const cache = await caches.open(cacheName);
	return (await cache.match(path)) ?? fetch(request);
}

const fromAnyCache = async (request: Request): Promise<Response> => (await caches.match(request)) ?? fetch(request);

/** The network's page when it comes soon, otherwise the shell that is here. */
async function page(request: Request): Promise<Response> {
	const cache = await caches.open(cacheName);
	const fromNetwork = fetch(request);
	// Whoever loses the race must not end as an unhandled error.
	fromNetwork.catch(() => {});
	const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), patience));
	const answer = await Promise.race([fromNetwork.catch(() => null), late]);
	if (answer !== null && answer.status < 500) return answer;
	return (await cache.match(shell)) ?? fromNetwork;
}

const isShell = (answer: Response): boolean => answer.ok && !answer.redirected && (answer.headers.get('content-type') ?? '').includes('text/html');

/** Shows what the server sent (party/push); the same tag takes its own place. A message that can't be read still says that something is there: browsers ask for a notice for every push. */
async function show(data: PushMessageData | null): Promise<void> {
	const parsed = safeParse(pushMessage, read(data));
	const message = parsed.success ? parsed.output : null;
	const badge = (worker.navigator as Navigator & { setAppBadge?: (count?: number) => Promise<void> }).setAppBadge?.(message?.waiting);
	await Promise.all([badge?.catch(() => {}), worker.registration.showNotification(...noticeOf(message))]);
}

function read(data: PushMessageData | null): unknown {
	try {
		return data?.json();
	} catch {
		return null;
	}
}

const titles = { task: m.push_title_task, mail: m.push_title_mail, mention: m.push_title_mention, test: m.push_title_test };

function noticeOf(message: PushMessage | null): [title: string, options: NotificationOptions] {
	const locale = message && isLocale(message.language) ? message.language : 'en';
	const looks = { icon: '/icon-192.png', badge: '/icon-192.png', lang: locale };
	if (!message) return [m.push_title_unknown({}, { locale }), { ...looks, tag: 'unknown', data: { open: '/actions' } }];
	const body = message.topic === 'test' ? m.push_test_text({}, { locale }) : [message.title, message.about].filter(Boolean).join('\n');
	const title = message.isQuestion ? m.push_title_question : titles[message.topic];
	return [title({}, { locale }), { ...looks, body, tag: message.tag, data: { open: message.open } }];
}

/** Brings the app to the front at that place: in a window that is open, without reloading it; else in a new one. */
async function open(path: string): Promise<void> {
	const [window] = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
	if (!window) return void (await worker.clients.openWindow(path));
	window.postMessage({ type: 'open', path });
	await window.focus().catch(() => undefined);
}

/** The push service gave this browser another address: an open window tells the server now, else the app does when it opens next. */
async function tellOfChange(): Promise<void> {
	for (const window of await worker.clients.matchAll({ type: 'window' })) window.postMessage({ type: 'push-changed' });
}
