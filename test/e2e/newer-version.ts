/** The app as it is the day a newer version is there: the same app behind a door that can hand out a newer service worker. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `publish` makes the newer version the one that is served from then on. */
export interface Door {
	url: string;
	publish(): void;
	close(): Promise<void>;
}

/** Opens a door to the app at `appUrl`. A browser takes a worker whose bytes differ for a newer version: this one's version has another name, and so has its cache. */
export async function openDoor(appUrl: string): Promise<Door> {
	const { version } = (await (await fetch(`${appUrl}/_app/version.json`)).json()) as { version: string };
	let isNewer = false;
	const server = createServer((coming, answer) => {
		// Not compressed: the worker's text is changed on the way.
		const headers = { ...coming.headers, host: new URL(appUrl).host, 'accept-encoding': 'identity', ...(coming.headers.origin ? { origin: appUrl } : {}) };
		const going = request(new URL(coming.url!, appUrl), { method: coming.method!, headers }, async (served) => {
			if (coming.url !== '/service-worker.js') return void served.pipe(answer.writeHead(served.statusCode!, served.headers));
			const script = Buffer.concat(await served.toArray()).toString();
			if (!script.includes(version)) throw new Error('The worker doesn’t name its version.');
			answer.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(isNewer ? script.replaceAll(version, `${version}-newer`) : script);
		});
		going.on('error', () => answer.destroy());
		coming.pipe(going);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const close = () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections()));
	return { url: `http://localhost:${(server.address() as AddressInfo).port}`, publish: () => void (isNewer = true), close };
}
