/** What happens to a request before its endpoint sees it. */
import type { RequestEvent } from '@sveltejs/kit';
import { safeParse, type GenericSchema, type InferOutput } from 'valibot';
import { databaseOf } from '#db/client.ts';
import { may, type Permission } from '#domain/access/roles.ts';
import { refuse } from './answer.ts';
import { authOf } from './auth.ts';
import { settingsOf } from './environment.ts';
import { sessionOf, type Member, type Session } from './session.ts';

/** Largest body an endpoint reads, in bytes: a chunk of an import's rows is below it. */
const bodyLimit = 12_000_000;

/** Gives the request its settings, store and session. The store costs nothing until it is asked. */
export function prepare(event: RequestEvent): void {
	const settings = settingsOf(event.platform);
	const db = databaseOf(settings, null);
	let session: Promise<Session | null> | null = null;
	event.locals.settings = settings;
	event.locals.db = db;
	event.locals.session = () => (session ??= sessionOf(db, settings, event.request.headers));
	event.locals.after = (work) => {
		const settled = work.catch((error: unknown) => console.error('after the answer:', error));
		event.platform?.ctx?.waitUntil?.(settled);
	};
}

const isWrite = (request: Request): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(request.method);

/** Refuses a write that another site's page sends with this person's cookie. A call with the start secret, or of the API by key, carries no cookie's right. */
export function refuseForeign(event: RequestEvent): Response | null {
	if (!isWrite(event.request) || event.request.headers.has('x-cuebook-start') || event.url.pathname.startsWith('/api/v1/')) return null;
	const origin = event.request.headers.get('origin');
	if (origin !== null && (origin === event.url.origin || origin === new URL(event.locals.settings.APP_URL).origin)) return null;
	return refuse(403, 'foreign-origin', 'This call did not come from a page of this app. Open the app at its own address and try again.');
}

/** Hands a request to better-auth, with the caller's address from the connection: rate limits count by it. */
export function answerAuth(event: RequestEvent): Promise<Response> {
	const headers = new Headers(event.request.headers);
	headers.set('cf-connecting-ip', event.getClientAddress());
	const request = new Request(event.request, { headers });
	return authOf({ db: event.locals.db, settings: event.locals.settings }).handler(request);
}

/** The member who asks, with the right that is needed, or the refusal to answer with. */
export async function memberAt(event: RequestEvent, permission: Permission | null = null): Promise<Member | Response> {
	const session = await event.locals.session();
	if (!session) return refuse(401, 'signed-out', 'Sign in first: your session has ended.');
	if (!session.member) return refuse(403, 'no-workspace', 'You belong to no workspace. Ask a colleague for an invitation.', { userId: session.user.id });
	if (permission && !may(session.member.role, permission)) return refuse(403, 'no-right', 'Your role does not allow this. An administrator can change it.');
	return session.member;
}

/** A body's text, or null when it has more than `limit` bytes: then the rest is not read, whoever sends it. */
export async function textUpTo({ body }: Request, limit: number): Promise<string | null> {
	if (!body) return '';
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	for (let size = 0; ; ) {
		const { done, value } = await reader.read();
		if (done) return text + decoder.decode();
		size += value.byteLength;
		if (size > limit) {
			await reader.cancel();
			return null;
		}
		text += decoder.decode(value, { stream: true });
	}
}

/** Reads and checks a JSON body, or says what is wrong with it. */
export async function bodyAt<S extends GenericSchema>(event: RequestEvent, schema: S): Promise<{ value: InferOutput<S> } | Response> {
	const text = await textUpTo(event.request, bodyLimit);
	if (text === null) return refuse(413, 'too-large', `The body has more than ${bodyLimit} bytes, and no more are read. Send it in smaller parts.`);
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return refuse(400, 'not-json', 'The body is not JSON.');
	}
	return checked(schema, json);
}

/** Checks a value at the door, or says which part of it is wrong. */
function checked<S extends GenericSchema>(schema: S, input: unknown): { value: InferOutput<S> } | Response {
	const parsed = safeParse(schema, input);
	if (parsed.success) return { value: parsed.output };
	const [issue] = parsed.issues;
	const at = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
	return refuse(400, 'not-valid', `${at ? `${at}: ` : ''}${issue.message}`);
}
