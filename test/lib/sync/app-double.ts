/** The app's endpoints as docs/protocol.md has them, in memory, for the device's mechanics: pages, answers by id, and a network that goes away. */
import type { MirrorKind, SyncedRow } from '#domain/mirror.ts';

type Answered = { status: number; body: unknown };

export function appDouble() {
	const rows = new Map<string, SyncedRow>();
	const log: { path: string; body: any }[] = [];
	const answered = new Map<string, unknown>();
	// eslint-disable-next-line prefer-const -- it answers from what is made below
	let endpoint: (path: string, body: any) => Answered;
	const app = {
		isOnline: true,
		log,
		seq: 0,
		session: null as unknown,
		pageSize: 500,
		/** How often each command was executed, by id. */
		executed: new Map<string, number>(),
		decide: (_: { id: string; type: string; args: any }): unknown => ({ status: 'accepted' }),
		/** Answers instead of the endpoint when it gives something. */
		instead: (_: string): Answered | null => null,
		/** The answer is lost on its way back, so many times. */
		loseAnswers: 0,
		put: (kind: MirrorKind, ...data: { id: string }[]) => {
			for (const row of data) rows.set(`${kind} ${row.id}`, { kind, id: row.id, seq: ++app.seq, data: row } as SyncedRow);
		},
		remove: (kind: MirrorKind, id: string) => void rows.set(`${kind} ${id}`, { kind, id, seq: ++app.seq, data: null } as SyncedRow),
		fetch: async (path: string, init?: RequestInit): Promise<Response> => {
			if (!app.isOnline) throw new TypeError('fetch failed');
			const body = init?.body ? JSON.parse(String(init.body)) : null;
			log.push({ path, body });
			const { status, body: answer }: Answered = app.instead(path) ?? endpoint(path, body);
			if (app.loseAnswers > 0) {
				app.loseAnswers--;
				throw new TypeError('connection reset');
			}
			return new Response(JSON.stringify(answer), { status });
		},
	};
	endpoint = (path, body) => {
		const url = new URL(path, 'http://app');
		if (url.pathname === '/api/session')
			return app.session ? { status: 200, body: app.session } : { status: 401, body: { code: 'signed-out', message: 'Sign in first' } };
		if (url.pathname === '/api/auth/sign-out') return { status: 200, body: { success: true } };
		if (url.pathname === '/api/sync') {
			const after = Number(url.searchParams.get('after'));
			const changed = [...rows.values()].filter((row) => row.seq > after).sort((a, b) => a.seq - b.seq);
			const page = changed.slice(0, app.pageSize).map((row) => ({ ...row, deleted: row.data === null }));
			return { status: 200, body: { rows: page, cursor: String(page.at(-1)?.seq ?? after), isDone: page.length === changed.length, seq: app.seq } };
		}
		if (url.pathname === '/api/commands') {
			if (!answered.has(body.id)) {
				app.executed.set(body.id, (app.executed.get(body.id) ?? 0) + 1);
				answered.set(body.id, app.decide(body));
			}
			return { status: 200, body: answered.get(body.id) };
		}
		return { status: 404, body: { code: 'not-here', message: path } };
	};
	return app;
}

export const sessionOf = (changes: Record<string, unknown> = {}) => ({
	user: { id: 'ada', name: 'Ada', email: 'ada@cuebook.test' },
	workspaces: [{ id: 'w1', name: 'One', role: 'csm' }],
	workspace: { id: 'w1', name: 'One', timeZone: 'Europe/Paris', language: 'en', workingDays: [1, 2, 3, 4, 5], holidays: [] },
	role: 'csm',
	roomsUrl: 'http://rooms',
	...changes,
});
