/** JSON to the app's endpoints (docs/protocol.md), with errors as values: nothing that a bad network does may throw into a screen. */
import type { Environment } from './environment.ts';

/** `status` 0 means that no answer came (offline, or cut off): what was asked may or may not have happened. */
export type Failure = { ok: false; status: number; code: string; message: string; detail?: unknown };
export type Answer<T> = { ok: true; value: T } | Failure;
export type Call = <T = any>(path: string, body?: unknown, method?: string) => Promise<Answer<T>>;

const patience = 30_000;

/** Makes `call` for a device: GET without body, POST with one, or `method`. `onUnauthorised` hears of every 401. */
export function makeCall(environment: Pick<Environment, 'fetch'>, onUnauthorised: () => void = () => {}): Call {
	return async (path, body, method = body === undefined ? 'GET' : 'POST') => {
		let response: Response;
		let text: string;
		try {
			response = await environment.fetch(path, {
				method,
				headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
				credentials: 'same-origin',
				cache: 'no-store',
				signal: AbortSignal.timeout(patience),
			});
			text = await response.text();
		} catch (cause) {
			const isLate = cause instanceof Error && cause.name === 'TimeoutError';
			return { ok: false, status: 0, code: isLate ? 'timeout' : 'offline', message: isLate ? 'No answer came in time' : 'The server can’t be reached' };
		}
		const value = parse(text);
		if (response.ok && value !== undefined) return { ok: true, value: value as any };
		if (response.status === 401) onUnauthorised();
		return { ok: false, status: response.ok ? 502 : response.status, ...described(value, response) };
	};
}

function parse(text: string): unknown {
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The app answers errors as `{ code?, message }` (SvelteKit's error body at least has `message`); a proxy in between answers anything. */
function described(value: unknown, response: Response): { code: string; message: string; detail?: unknown } {
	const body = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
	const text = (found: unknown) => (typeof found === 'string' && found !== '' ? found : undefined);
	return {
		code: text(body.code) ?? text(body.reason) ?? (response.ok ? 'not-json' : `http-${response.status}`),
		...(body.detail === undefined ? {} : { detail: body.detail }),
		message: text(body.message) ?? text(body.error) ?? (response.statusText || `The server answered ${response.status}`),
	};
}
