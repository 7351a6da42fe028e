/** An automation room that only sees to documents that must still publish (S14), by the real marks: the engine has fuzz and kills of its own. */
import { boolean, object, optional, parse, string } from 'valibot';
import { answer, signedCall } from '#party/call.ts';
import { Dirty } from '#party/dirty.ts';
import type { RoomRequest } from '#party/host.ts';
import { settingsOf } from '#party/settings.ts';

const body = object({ doc: string(), isDirty: boolean(), by: optional(string()) });

export default class Sweeper {
	readonly #host: any;
	readonly #dirty: Dirty;
	readonly #secret: string;

	constructor(host: any) {
		this.#host = host;
		const settings = settingsOf(host.env);
		this.#secret = settings.ROOMS_SECRET;
		this.#dirty = new Dirty(host.storage, settings);
	}

	async onRequest(request: RoomRequest): Promise<Response> {
		const call = await signedCall(request, this.#secret);
		if (call instanceof Response) return call;
		if (call.verb === 'dirty') {
			const { doc, isDirty, by } = parse(body, call.body);
			await this.#dirty.note(doc, isDirty, Date.now(), by);
		}
		const armed = await this.#host.storage.getAlarm();
		if (armed === null || armed <= Date.now() || armed > Date.now() + 6_000) await this.#host.storage.setAlarm(Date.now() + 6_000);
		return answer({});
	}

	async onAlarm(): Promise<void> {
		await this.#host.storage.setAlarm(Date.now() + 30_000);
		await this.#dirty.sweep(Date.now());
		const next = await this.#dirty.nextAt();
		if (next !== null) await this.#host.storage.setAlarm(Math.max(Date.now() + 1, next));
	}
}
