/** How the endpoints answer: JSON, errors as `{ code, message }` (docs/protocol.md). */

/** A good answer. Nothing here may be kept by a cache: it is one person's. */
export const answer = (value: unknown, status = 200): Response => Response.json(value, { status, headers: { 'cache-control': 'no-store' } });

/** A refusal: a code for the program, a message that says what is wrong and what to do. */
export const refuse = (status: number, code: string, message: string, detail?: unknown): Response => answer({ code, message, ...(detail === undefined ? {} : { detail }) }, status);
