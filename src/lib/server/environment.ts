/** What the app's server needs from its environment (docs/protocol.md, Ports and settings), parsed once for each platform. */
import { minLength, object, optional, parse, pipe, string, type InferOutput } from 'valibot';

const secret = (name: string, does: string) =>
	pipe(string(`${name} is missing: it ${does}. npm start makes one; in production set it as a secret (docs/deploy.md).`), minLength(16, `${name} must have at least 16 characters.`));

const shape = object({
	APP_URL: string('APP_URL is missing: the address people open the app at. Set it in the app’s environment.'),
	AUTH_SECRET: secret('AUTH_SECRET', 'signs sessions and sign-in links'),
	LIBSQL_URL: string('LIBSQL_URL is missing: the database’s address. Set it in the app’s environment.'),
	LIBSQL_AUTH_TOKEN: optional(string()),
	ROOMS_URL: optional(string(), 'http://127.0.0.1:1999'),
	PUBLIC_ROOMS_URL: optional(string()),
	ROOMS_SECRET: secret('ROOMS_SECRET', 'signs room tokens and internal calls'),
	RESEND_URL: optional(string(), 'https://api.resend.com'),
	RESEND_API_KEY: optional(string()),
	/** Signs Resend’s callbacks to workspaces that have no secret of their own. */
	RESEND_WEBHOOK_SECRET: optional(string()),
	/** What browsers subscribe to (RFC 8292), base64url. Without it notifications aren't offered. */
	VAPID_PUBLIC_KEY: optional(string()),
	/** Whom the first sign-in link is for, when nobody administers yet. */
	CUEBOOK_OWNER_EMAIL: optional(string(), 'owner@cuebook.local'),
});

export type Settings = Omit<InferOutput<typeof shape>, 'PUBLIC_ROOMS_URL'> & { PUBLIC_ROOMS_URL: string };

const known = new WeakMap<object, Settings>();

/**
 * The app's settings. `event.platform.env` holds them everywhere: under wrangler as variables and secrets, under `vite dev` through the
 * adapter's platform proxy. The browser's address of the rooms is the server's unless `PUBLIC_ROOMS_URL` says another.
 * Throws with the name of what is missing: the app can't run without it.
 */
export const settingsOf = (platform: { env?: object } | undefined): Settings => {
	const env = platform?.env;
	if (!env) throw new Error('The app runs on the Workers platform only: use npm start or npm run dev.');
	const parsed = known.get(env);
	if (parsed) return parsed;
	const settings = parse(shape, env);
	const whole = { ...settings, PUBLIC_ROOMS_URL: settings.PUBLIC_ROOMS_URL ?? settings.ROOMS_URL };
	known.set(env, whole);
	return whole;
};
