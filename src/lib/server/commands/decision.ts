/** What a command's handler is given, and what it decides. */
import type { Database } from '#db/client.ts';
import type { Statement } from '#db/commands.ts';
import type { Settings } from '../environment.ts';
import type { Member } from '../session.ts';

/** `now` in ms. `commandId` makes ids that are the same when the command is decided again after a crash. */
export type Deciding<Args> = { args: Args; member: Member; db: Database; settings: Settings; now: number; commandId: string };

/**
 * - refused: it can't be, with the reason's code; held: it could have been, but the ground has moved since (SY3)
 * - accepted: these statements commit together with the record of the command; `wakes` = the automation room has work,
 *   `followUp` = what follows the commit and may be lost without harm
 * `isCarriedOut`: a room has done it under the command's id, so that ground that moves now can't hold it up any more
 * What a handler does itself before it returns must be safe to do again: a crash in between decides the command anew.
 */
export type Decision =
	| { status: 'refused' | 'held'; reason: string; detail?: unknown }
	| { status: 'accepted'; statements: Statement[]; result?: unknown; wakes?: boolean; isCarriedOut?: boolean; followUp?: () => Promise<unknown> };

export type Handler<Args = any> = (deciding: Deciding<Args>) => Promise<Decision>;

export const refused = (reason: string, detail?: unknown): Decision => ({ status: 'refused', reason, ...(detail === undefined ? {} : { detail }) });
export const held = (reason: string, detail?: unknown): Decision => ({ status: 'held', reason, ...(detail === undefined ? {} : { detail }) });
export const accepted = (statements: Statement[], more: { result?: unknown; wakes?: boolean; isCarriedOut?: boolean; followUp?: () => Promise<unknown> } = {}): Decision => ({ status: 'accepted', statements, ...more });

/** The rooms can't be asked now: the command stays undecided, and its sender tries again with the same id. */
export class RoomsUnreachable extends Error {}

/** 20 characters of `[a-z0-9]` that depend on the texts alone: an id that a second try makes again. */
export async function derivedId(prefix: string, ...from: string[]): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(from))));
	return `${prefix}_${Array.from(digest.subarray(0, 20), (byte) => 'abcdefghijklmnopqrstuvwxyz0123456789'[byte % 36]).join('')}`;
}
