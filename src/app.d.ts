// What Kit's types are told about this app.
declare global {
	namespace App {
		interface Platform {
			/** Read through `settingsOf` (lib/server/environment.ts) only. */
			env: Record<string, unknown>;
			context: ExecutionContext;
		}
	}
}

export {};
