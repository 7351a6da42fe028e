/** What the rooms need from their environment (docs/protocol.md, Ports and settings). Parsed once for each room instance. */
import { object, optional, parse, pipe, string, minLength, picklist, type InferOutput } from 'valibot';
import { levels } from './trace.ts';

const shape = object({
	ROOMS_URL: optional(string(), 'http://127.0.0.1:1999'),
	ROOMS_SECRET: pipe(string('ROOMS_SECRET is missing: it signs room tokens and internal calls. Set it in the rooms’ environment.'), minLength(16, 'ROOMS_SECRET must have at least 16 characters.')),
	LIBSQL_URL: string('LIBSQL_URL is missing: the rooms publish to it. Set it in the rooms’ environment.'),
	LIBSQL_AUTH_TOKEN: optional(string()),
	RESEND_URL: optional(string(), 'https://api.resend.com'),
	RESEND_API_KEY: optional(string()),
	/** `true` or `false`: whether webhooks may call private addresses. Unset: only where the rooms themselves are on loopback. */
	ALLOW_PRIVATE_WEBHOOKS: optional(picklist(['true', 'false'])),
	/** The lowest level of what the engine writes on the host's log, a line of JSON for each thing it does (party/trace.ts). */
	LOG_LEVEL: optional(picklist(levels), 'warn'),
	/** The keys of Web Push (RFC 8292), base64url; without them nothing is pushed. The subject is how a push service reaches who runs this. */
	VAPID_PUBLIC_KEY: optional(string()),
	VAPID_PRIVATE_KEY: optional(string()),
	VAPID_SUBJECT: optional(string(), 'mailto:push@cuebook.app'),
});

export type Settings = InferOutput<typeof shape>;

/** The settings in an environment. Throws with the name of what is missing. */
export const settingsOf = (env: Record<string, unknown>): Settings => parse(shape, env);
