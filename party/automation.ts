/**
 * The only alarm (R1). It is woken by its alarm, by any signed request, and by an outside tick (R3); each time it drains, works and
 * rearms. What is due is libSQL's to say. It knows itself from storage: in and after an alarm `room.id` throws (R25).
 */
import { boolean, object, optional, safeParse, string } from 'valibot';
import { databaseOf } from '#db/client.ts';
import { Breaker } from './breaker.ts';
import { answer, refusal, roomOf, signedCall } from './call.ts';
import { Dirty } from './dirty.ts';
import { alert, type RoomRequest, type Storage } from './host.ts';
import { look, type Identity, type Lasting } from './look.ts';
import { settingsOf } from './settings.ts';
import { Owed } from './owed.ts';
import { LatenessTally } from './trace.ts';

export type AlarmHost = { readonly env: Record<string, unknown>; readonly storage: Storage & { setAlarm(at: number): Promise<void>; getAlarm(): Promise<number | null> } };

/** In ms: the guard alarm and the horizon of R2, a handler's budget (R6), how soon a pass that failed is tried again. */
const guardMs = 60_000;
const horizonMs = 30_000;
const budgetMs = 25_000;
const againMs = 5_000;

const dirtyBody = object({ doc: string(), isDirty: boolean(), by: optional(string()) });

export default class Automation {
	readonly options = { hibernate: true };
	readonly #room: AlarmHost;
	readonly #settings;
	readonly #dirty: Dirty;
	readonly #open: typeof databaseOf;
	readonly #pause: (ms: number) => Promise<void>;
	#lasting: Lasting | null = null;
	/** The pass under way, and when it began: one whose request was cut off by the host must not hold up the next for ever. */
	#running: { promise: Promise<number>; since: number } | null = null;
	#isAskedAgain = false;

	constructor(room: AlarmHost, open = databaseOf, pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))) {
		[this.#room, this.#open, this.#pause] = [room, open, pause];
		this.#settings = settingsOf(room.env);
		this.#dirty = new Dirty(room.storage, this.#settings);
	}

	async onRequest(request: RoomRequest): Promise<Response> {
		const call = await signedCall(request, this.#settings.ROOMS_SECRET);
		if (call instanceof Response) return call;
		const match = /^(.+)_(\d{1,2})$/.exec(roomOf(request.url));
		if (!match) return refusal(404, 'no-shard', 'An automation room is named <workspace>_<shard>.');
		// Asked by whoever looks at how it is doing: nothing begins by it, and a room of no workspace may be asked.
		if (call.verb === 'state') return answer({ failing: this.#lasting?.breaker.failing(Date.now()) ?? [] });
		await this.#room.storage.put({ identity: { workspace: match[1]!, shard: Number(match[2]) } satisfies Identity });
		if (call.verb === 'wake') return answer({ next: await this.#wake() });
		if (call.verb !== 'dirty') return refusal(404, 'no-verb', `An automation room has no '${call.verb}'.`);
		const body = safeParse(dirtyBody, call.body);
		if (!body.success) return refusal(400, 'bad-body', '`dirty` takes { doc, isDirty }.');
		await this.#dirty.note(body.output.doc, body.output.isDirty, Date.now(), body.output.by);
		if (body.output.isDirty) await this.#armWithin(againMs + 1_000);
		return answer({});
	}

	async onAlarm(): Promise<void> {
		await this.#wake();
	}

	/** One pass at a time; who asks meanwhile makes it look once more, and doesn't wait: the pass may be waiting for them. */
	#wake(): Promise<number> {
		if (this.#running && Date.now() - this.#running.since < guardMs) {
			this.#isAskedAgain = true;
			return Promise.resolve(Date.now());
		}
		const running = { promise: this.#pass(), since: Date.now() };
		this.#running = running;
		return running.promise.finally(() => {
			if (this.#running === running) this.#running = null;
		});
	}

	/** First the guard alarm, last the next one; never throws (R2). Says when it will look again. */
	async #pass(): Promise<number> {
		const until = Date.now() + budgetMs;
		let next = Date.now() + againMs;
		try {
			await this.#room.storage.setAlarm(Date.now() + guardMs);
			const identity = await this.#room.storage.get<Identity>('identity');
			if (!identity) return Date.now() + guardMs;
			this.#lasting ??= { settings: this.#settings, database: this.#open(this.#settings, identity.workspace), breaker: new Breaker(), owed: new Owed(), dirty: this.#dirty, poked: 0, tally: new LatenessTally(), pause: this.#pause };
			do {
				this.#isAskedAgain = false;
				next = await look(this.#lasting, identity, until);
			} while (this.#isAskedAgain && Date.now() < until);
		} catch (error) {
			alert('automation', 'a pass failed; it is tried again', error);
		}
		next = Math.ceil(Math.max(Date.now() + 1, Math.min(this.#isAskedAgain ? 0 : next, Date.now() + horizonMs)));
		await this.#room.storage.setAlarm(next).catch((error) => alert('automation', 'the alarm could not be set; the outside tick comes each minute', error));
		return next;
	}

	/** Arms the alarm for `ms` from now at the latest. An overdue one counts as unset: it may never fire. */
	async #armWithin(ms: number): Promise<void> {
		const armed = await this.#room.storage.getAlarm();
		if (armed === null || armed <= Date.now() || armed > Date.now() + ms) await this.#room.storage.setAlarm(Date.now() + ms);
	}
}
