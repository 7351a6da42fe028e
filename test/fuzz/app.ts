/** The app's endpoints over the real store, the real rights, tokens, pages and decisions; only the cookie is left out: a device is its person's. */
import { joinStatements, membershipsOf } from '#db/people.ts';
import { openDatabase, type Database } from '#db/client.ts';
import { user, workspace } from '#db/schema/index.ts';
import type { Role } from '#domain/access/roles.ts';
import { decide } from '../../src/lib/server/commands/decide.ts';
import type { Settings } from '../../src/lib/server/environment.ts';
import { pageFor } from '../../src/lib/server/mirror.ts';
import { tokenFor } from '../../src/lib/server/room-access.ts';
import { describeSession } from '../../src/lib/server/session.ts';
import { owners, type Owner } from './clock.ts';
import type { Network } from './network.ts';

export const workspaceId = 'w1';
export const secret = 'a-secret-for-the-rooms-of-fuzz';
export const settings = { APP_URL: 'http://app', AUTH_SECRET: secret, LIBSQL_URL: 'http://db', ROOMS_URL: 'http://rooms', PUBLIC_ROOMS_URL: 'http://rooms', ROOMS_SECRET: secret, RESEND_URL: 'http://mail', CUEBOOK_OWNER_EMAIL: 'boss@cuebook.test' } as Settings;

const answer = (value: unknown, status = 200): Response => Response.json(value, { status });

export class App {
	/** The app's clock may differ from the rooms'. */
	readonly owner: Owner = { isDead: false, skew: 0, timers: 0 };
	readonly #db: Database;
	/** Whether devices get rows for their lists, or are always told that nothing changed. */
	readonly #hasLists: boolean;

	constructor(network: Network, hasLists: boolean) {
		this.#hasLists = hasLists;
		this.#db = openDatabase({ url: 'http://db', fetch: network.fetch });
	}

	/** The workspace, with an administrator `boss` and these people. Without faults. */
	static async found(database: Database, people: string[]): Promise<void> {
		const now = new Date();
		await database.insert(workspace).values({ id: workspaceId, name: 'One', slug: workspaceId, createdAt: now });
		for (const id of ['boss', ...people]) {
			const who = { id, name: id, email: `${id}@cuebook.test` };
			await database.insert(user).values({ ...who, createdAt: now, updatedAt: now });
			await database.batch(joinStatements(database, workspaceId, who, id === 'boss' ? 'administrator' : 'csm', `member_${id}`, now) as any);
		}
	}

	/** A request of somebody's browser. */
	serve(userId: string, request: Request): Promise<Response> {
		return owners.run(this.owner, () => this.#answer(userId, request).catch((error: unknown) => answer({ code: 'failed', message: String(error) }, 500)));
	}

	async #answer(userId: string, request: Request): Promise<Response> {
		const url = new URL(request.url);
		const workspaces = await membershipsOf(this.#db, userId);
		const who = { id: userId, name: userId, email: `${userId}@cuebook.test` };
		const current = workspaces[0] ?? null;
		if (current === null) return answer({ code: 'no-workspace', message: 'You belong to no workspace.' }, 403);
		const member = { user: who, workspaceId: current.id, role: current.role as Role };
		if (url.pathname === '/api/session') return answer(await describeSession(this.#db, settings, { user: who, workspaces, member } as never));
		if (url.pathname === '/api/sync') {
			if (!this.#hasLists) return answer({ rows: [], cursor: '0', isDone: true, seq: 0 });
			const page = await pageFor(this.#db, member, url.searchParams.get('after') ?? '', url.searchParams.get('limit'));
			return page ? answer(page) : answer({ code: 'not-a-cursor', message: '' }, 400);
		}
		if (url.pathname === '/api/rooms/token') {
			const token = await tokenFor(this.#db, settings, member, url.searchParams.get('room') ?? '');
			return token ? answer(token) : answer({ code: 'no-such-room', message: '' }, 403);
		}
		if (url.pathname === '/api/commands') {
			const asked = (await request.json()) as { id: string; type: string; args: unknown };
			return answer(await decide({ db: this.#db, settings, member, after: (work) => void work.catch(() => {}) }, asked));
		}
		return answer({ code: 'not-here', message: url.pathname }, 404);
	}
}

