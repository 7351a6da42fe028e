/** What SvelteKit hands to our hooks and endpoints. */
import type { Database } from '#db/client.ts';
import type { Settings } from '$lib/server/environment.ts';
import type { Session } from '$lib/server/session.ts';

declare global {
	namespace App {
		interface Error {
			code: string;
			message: string;
		}
		interface Locals {
			settings: Settings;
			db: Database;
			/** The request's session, looked up once. */
			session: () => Promise<Session | null>;
			/** Lets work go on after the answer is sent. */
			after: (work: Promise<unknown>) => void;
		}
		interface Platform {
			env: Record<string, unknown>;
			ctx: { waitUntil: (work: Promise<unknown>) => void };
		}
	}
}

export {};
