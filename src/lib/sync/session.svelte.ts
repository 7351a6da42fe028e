/** Who is here, on which workspace, with which role: kept on the device, so that the app opens without network as the same person. */
import { may, type Permission, type Role } from '#domain/access/roles.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Call } from './call.ts';
import type { Environment } from './environment.ts';

/** The workspace's own settings, and what is set without its secrets. */
export type WorkspaceScalars = Omit<WorkspaceSettings, 'stages' | 'fields' | 'tags' | 'teams' | 'people'> & {
	mailFrom?: string | null;
	hasResendKey?: boolean;
	hasWebhookSecret?: boolean;
	isPaused?: boolean;
};
export type SessionData = {
	user: { id: string; name: string; email: string; colour?: string };
	workspaces: { id: string; name: string; role: Role }[];
	workspace: WorkspaceScalars;
	role: Role;
	roomsUrl: string;
};

const key = 'cuebook.session';
const leavingKey = 'cuebook.leaving';

export class Session {
	#environment: Pick<Environment, 'storage' | 'now'>;
	#call: Call;
	#onChange: () => void;
	#hasUnsent: () => boolean;
	#loadedAt = 0;
	/** Questions to the server so far, and the latest that it answered: answers may overtake each other, and an older one says nothing any more. */
	#asked = 0;
	#answered = 0;
	#data = $state.raw<SessionData | null>(null);
	#state = $state<'loading' | 'signed-out' | 'ready'>('loading');
	/** The server couldn't be asked: what is shown is what the device remembers. */
	isFromDevice = $state(false);
	/** Why the last question went unanswered or was refused: a code, e.g. `offline`, `no-workspace`; null when all is well. */
	problem = $state<string | null>(null);

	/** The session has ended, and unsent work keeps its person at work here (SY5): they sign in again when they can. */
	isExpired = $state(false);
	/** Who is signed in without a workspace (any more): a user's id; null otherwise. */
	shutOut = $state<string | null>(null);

	/** `onChange` hears when person, workspace or role may have changed; with `hasUnsent`, a session that ended doesn't end the visit. */
	constructor(environment: Pick<Environment, 'storage' | 'now'>, call: Call, onChange: () => void, hasUnsent: () => boolean = () => false) {
		this.#hasUnsent = hasUnsent;
		this.#environment = environment;
		this.#call = call;
		this.#onChange = onChange;
		const kept = this.#remembered();
		if (kept && !this.#isLeaving()) this.#become(kept, true);
	}

	get state(): 'loading' | 'signed-out' | 'ready' {
		return this.#state;
	}

	get data(): SessionData | null {
		return this.#data;
	}

	get user(): SessionData['user'] | null {
		return this.#data?.user ?? null;
	}

	get role(): Role | null {
		return this.#data?.role ?? null;
	}

	get workspace(): WorkspaceScalars | null {
		return this.#data?.workspace ?? null;
	}

	get workspaces(): SessionData['workspaces'] {
		return this.#data?.workspaces ?? [];
	}

	may(permission: Permission): boolean {
		return this.#data !== null && may(this.#data.role, permission);
	}

	/** Asks the server who is here. Without an answer, the device's memory counts; a 401 signs out (the device's data stays for this person's return), unless unsent work is here. */
	async load(): Promise<void> {
		if (this.#isLeaving() && !(await this.#leave())) return this.forget();
		this.#loadedAt = this.#environment.now();
		const question = ++this.#asked;
		const answer = await this.#call<SessionData>('/api/session');
		if (question <= this.#answered) return;
		if (answer.ok || answer.status === 401 || answer.status === 403) this.#answered = question;
		if (answer.ok) {
			this.#write(key, JSON.stringify(answer.value));
			this.#become(answer.value, false);
			this.#onChange();
			return;
		}
		this.problem = answer.status === 401 ? null : answer.code;
		// 403: known, but of no workspace any more.
		this.shutOut = answer.status === 403 ? ((answer.detail as { userId?: string } | undefined)?.userId ?? null) : null;
		if (answer.status === 401 && this.#data !== null && this.#hasUnsent()) [this.isExpired, this.isFromDevice] = [true, true];
		else if (answer.status === 401 || answer.status === 403) this.forget();
		else if (this.#data === null) this.#state = 'signed-out';
		else this.isFromDevice = true;
	}

	/** Asks again when the last answer is older than a minute, or the clock was set back: after waking, name, role or settings may be others. */
	async loadSometimes(): Promise<void> {
		if (Math.abs(this.#environment.now() - this.#loadedAt) > 60_000) await this.load();
	}

	/** Ends the session on the server; without network it is ended first thing when the server can be reached again. */
	async end(): Promise<void> {
		this.#write(leavingKey, '1');
		await this.#leave();
		// Whoever was asked about meanwhile has left.
		this.#answered = this.#asked;
		this.forget();
	}

	/** The device forgets who was here. */
	forget(): void {
		this.#environment.storage?.removeItem(key);
		this.#data = null;
		this.isExpired = false;
		this.#state = 'signed-out';
		this.#onChange();
	}

	#isLeaving(): boolean {
		return this.#environment.storage?.getItem(leavingKey) === '1';
	}

	async #leave(): Promise<boolean> {
		const answer = await this.#call('/api/auth/sign-out', {});
		const hasLeft = answer.ok || (answer.status >= 400 && answer.status < 500);
		if (hasLeft) this.#environment.storage?.removeItem(leavingKey);
		return hasLeft;
	}

	#write(name: string, value: string): void {
		try {
			this.#environment.storage?.setItem(name, value);
		} catch {
			// Full or forbidden: the app then needs the network to open.
		}
	}

	#become(data: SessionData, isFromDevice: boolean): void {
		this.#data = data;
		this.isFromDevice = isFromDevice;
		this.problem = null;
		this.isExpired = false;
		this.shutOut = null;
		this.#state = 'ready';
	}

	#remembered(): SessionData | null {
		try {
			return JSON.parse(this.#environment.storage?.getItem(key) ?? 'null');
		} catch {
			return null;
		}
	}
}
