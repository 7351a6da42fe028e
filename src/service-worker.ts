/**
 * The app opens without network: its build and one shell are kept at install; every page is drawn from them (SY1, MO1).
 * Never kept: /api and sign-in (realtime.md §4). A new version waits until the page says `skip-waiting`, so that nothing changes under a person's hands.
 */
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { build, files, version } from '$service-worker';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const cacheName = `cuebook-${version}`;
/** Every page is the same document (nothing is rendered on the server): this one stands for all. */
const shell = '/';
const kept = new Set([...build, ...files]);
/** How long a slow network may hold up a page whose shell is here, in ms. */
const patience = 2_500;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('message', (event) => {
	if (event.data?.type === 'skip-waiting') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (url.pathname.startsWith('/api/') || url.pathname === '/healthz') return;
	if (kept.has(url.pathname)) event.respondWith(fromCacheFirst(request, url.pathname));
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
	for (const name of await caches.keys()) if (name.startsWith('cuebook-') && name !== cacheName) await caches.delete(name);
	await worker.clients.claim();
}

async function fromCacheFirst(request: Request, path: string): Promise<Response> {
	const cache = await caches.open(cacheName);
	return (await cache.match(path)) ?? fetch(request);
}

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
