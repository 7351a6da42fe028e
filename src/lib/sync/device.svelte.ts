/** The device: who is here, and the place they are in. Screens reach it through index.ts only. */
import { type Call, makeCall } from './call.ts';
import type { Documents } from './documents.svelte.ts';
import type { Environment } from './environment.ts';
import { discardLeft, exportLeft, forgetLeft, type LeftWork, leftWork, rememberLeft } from './left-work.ts';
import type { Light } from './light.ts';
import { keyOf, Place } from './place.svelte.ts';
import { Push, type PushBrowser } from './push.svelte.ts';
import { Session } from './session.svelte.ts';
import { WorkStores } from './work-stores.ts';

export type SignOutAnswer = { ok: true } | { ok: false; unsynced: { edits: number; commands: number } };

/** How long a tab waits for the others that leave too, in ms. */
const turnWithin = 10_000;

export class Device {
	readonly session: Session;
	readonly call: Call;
	readonly push: Push | null;
	#environment: Environment;
	#place = $state.raw<Place | null>(null);
	#stores = new Map<string, WorkStores>();
	#left = $state.raw<readonly LeftWork[]>([]);

	constructor(environment: Environment, pushes: PushBrowser | null = null) {
		this.#environment = environment;
		this.#left = leftWork(environment);
		// The session asks by itself: its own 401 must not make it ask again.
		this.session = new Session(
			environment,
			makeCall(environment),
			() => this.#arrange(),
			() => (this.#place?.light.waiting ?? 0) > 0,
		);
		this.call = makeCall(environment, () => void this.session.load());
		this.push = pushes && new Push(pushes, this.call);
		this.#arrange();
	}

	/** Reactive; null while nobody is here. */
	get place(): Place | null {
		return this.#place;
	}

	/** The place, for what can't be done without one; throws when nobody is signed in (a screen that asks too early is a bug). */
	get here(): Place {
		if (this.#place === null) throw new Error('Nobody is signed in on this device');
		return this.#place;
	}

	get documents(): Documents {
		return this.here.documents;
	}

	/** Reactive: this person's work in workspaces they were taken out of; nobody else ever sees it (SY5). */
	get left(): readonly LeftWork[] {
		const who = this.session.user?.id ?? this.session.shutOut;
		return this.#left.filter((work) => work.user.id === who);
	}

	async exportLeft(work: LeftWork): Promise<Blob> {
		const stores = this.#storesOf(work);
		return exportLeft(this.#environment, work, stores).finally(() => stores.rest());
	}

	async discardLeft(work: LeftWork): Promise<void> {
		await discardLeft(this.#environment, work, this.#storesOf(work));
		this.#left = leftWork(this.#environment);
	}

	get light(): Light {
		const light = this.#place?.light;
		if (light && light.state !== 'saving' && this.session.isExpired) return { ...light, state: 'cannot', reason: 'signed-out' };
		return light ?? { state: 'saved-here', waiting: 0, reason: this.session.state === 'signed-out' ? 'signed-out' : null, isOffline: false };
	}

	/** Ends the session and takes this person's data off the device; refuses while work would be lost, unless told to discard it (S17). */
	async signOut({ discardUnsynced = false } = {}): Promise<SignOutAnswer> {
		const place = this.#place;
		const lost = async () => {
			const unsynced = place && !discardUnsynced ? await place.unsent.count() : { edits: 0, commands: 0 };
			return unsynced.edits + unsynced.commands > 0 ? unsynced : null;
		};
		const before = await lost();
		if (before) return { ok: false, unsynced: before };
		// First, while the session can still say so; the server ends it with the session in any case.
		await this.push?.turnOff().catch(() => undefined);
		// That may have taken a while, and somebody went on.
		const since = await lost();
		if (since) return { ok: false, unsynced: since };
		await place?.wipe();
		await this.session.end();
		return { ok: true };
	}

	/** Puts the device where the session says: another person, workspace or role starts anew. */
	#arrange(): void {
		const data = this.session?.data ?? null;
		const before = this.#place;
		if (data === null) {
			if (before !== null && this.session.problem === 'no-workspace') void this.#leave(before);
			else before?.end();
			this.#place = null;
			return;
		}
		if (before?.key === keyOf(data)) return;
		const isShutOut = before !== null && !data.workspaces.some((workspace) => workspace.id === before.workspaceId);
		if (isShutOut) void this.#leave(before);
		else before?.end();
		forgetLeft(this.#environment, data.user.id, data.workspace.id);
		this.#left = leftWork(this.#environment);
		this.#place = new Place(data, this.session, this.#environment, this.call, this.#storesOf(data));
	}

	#storesOf({ user, workspace }: { user: { id: string }; workspace: { id: string } }): WorkStores {
		const key = `${user.id} ${workspace.id}`;
		const stores = this.#stores.get(key) ?? new WorkStores(user.id, workspace.id, this.#environment);
		this.#stores.set(key, stores);
		return stores;
	}

	/**
	 * A workspace that this person was taken out of: its data leaves the device, unless it holds work that nobody else has (SY5). One tab after
	 * the other: what one has just kept must not go with what another, a moment before, found empty.
	 */
	async #leave(place: Place): Promise<void> {
		const { locks } = this.#environment;
		const leave = () => this.#leaveAlone(place);
		const isInTurn = await locks?.request(`cuebook:leave:${place.user.id}:${place.workspaceId}`, { signal: AbortSignal.timeout(turnWithin) }, leave).then(() => true, () => false);
		if (!isInTurn) await leave();
	}

	async #leaveAlone(place: Place): Promise<void> {
		const atStake = await place.unsent.atStake();
		// Back already, with the same stores.
		if (this.#place?.user.id === place.user.id && this.#place.workspaceId === place.workspaceId) return place.end();
		if (atStake?.edits === 0 && atStake.commands === 0) return place.wipe();
		place.end();
		// What can't be read may hold work.
		rememberLeft(this.#environment, place, atStake ?? { edits: 0, commands: 0 });
		this.#left = leftWork(this.#environment);
	}
}
