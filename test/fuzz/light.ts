/** Requests and answers without streams: a world makes thousands, all of text. Installed while a world runs. */

class Headers {
	#kept = new Map<string, string>();

	constructor(init: any = {}) {
		const entries: [string, string][] = init instanceof Headers ? [...init.#kept] : Symbol.iterator in Object(init) ? [...init] : Object.entries(init);
		for (const [name, value] of entries) this.set(name, value);
	}

	get(name: string): string | null {
		return this.#kept.get(name.toLowerCase()) ?? null;
	}

	set(name: string, value: string): void {
		this.#kept.set(name.toLowerCase(), String(value));
	}

	has(name: string): boolean {
		return this.#kept.has(name.toLowerCase());
	}

	[Symbol.iterator]() {
		return this.#kept[Symbol.iterator]();
	}
}

class Body {
	readonly headers: Headers;
	readonly #text: string;

	constructor(text: unknown, headers: unknown) {
		this.#text = text === undefined || text === null ? '' : String(text);
		this.headers = new Headers(headers ?? {});
	}

	async text(): Promise<string> {
		return this.#text;
	}

	async json(): Promise<unknown> {
		return JSON.parse(this.#text);
	}

	protected get kept(): string {
		return this.#text;
	}
}

class LightRequest extends Body {
	readonly url: string;
	readonly method: string;

	constructor(input: unknown, init: any = {}) {
		const from = input instanceof LightRequest ? input : null;
		super(init.body ?? from?.kept, init.headers ?? from?.headers);
		this.url = from?.url ?? String(input);
		this.method = init.method ?? from?.method ?? 'GET';
	}
}

class LightResponse extends Body {
	readonly status: number;
	readonly statusText = '';
	/** hrana-client lets go of bodies that it doesn't read. */
	readonly body = null;

	constructor(text: unknown, init: any = {}) {
		super(text, init.headers);
		this.status = init.status ?? 200;
	}

	get ok(): boolean {
		return this.status >= 200 && this.status < 300;
	}

	static json(value: unknown, init: any = {}): LightResponse {
		return new LightResponse(JSON.stringify(value), { ...init, headers: { 'content-type': 'application/json' } });
	}
}

/** Puts them in the platform's place; returns how to give it back. */
export function lightBodies(): () => void {
	const { Request, Response } = globalThis;
	Object.assign(globalThis, { Request: LightRequest, Response: LightResponse });
	return () => void Object.assign(globalThis, { Request, Response });
}
