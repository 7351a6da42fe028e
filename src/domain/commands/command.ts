/**
 * What every command is: who may send it, and what it takes. The phone checks the arguments before it queues, the server again
 * before it decides. One file per command, one line in index.ts; the server's decision is in lib/server/commands.
 */
import type { GenericSchema } from 'valibot';
import * as v from 'valibot';
import type { Permission } from '../access/roles.ts';
import type { Difference, Ground, Read } from './ground.ts';

export type Command<Args = any> = {
	type: string;
	/** Needed to send it; null = every member may. */
	permission: Permission | null;
	args: GenericSchema<any, Args>;
	/** Answers from what is there and changes nothing: it is not recorded. */
	isRead?: boolean;
	/** Arguments that the record of the command must not keep. */
	secrets?: readonly string[];
	/** What deciding it is based on (SY3): held when that has changed since the person saw it. */
	ground?: (args: Args, read: Read) => Ground;
	/** Whether a difference is what deciding it would bring about anyway: it holds nothing. */
	isMet?: (args: Args, difference: Difference) => boolean;
};

/**
 * The server's answer. `reason` is a code (message key `refusal_…`), with what a person needs to know in `detail`; held with
 * `ground-changed` it has both sides of every difference.
 */
export type Outcome = { status: 'accepted' | 'held' | 'refused'; reason?: string; detail?: unknown; result?: unknown; differences?: Difference[] };

/** A generated id (S2): `[a-z0-9_-]`, 1 to 64 long. */
export const id = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,64}$/, 'an id is made of a-z, 0-9, _ and -'));
/** A user's id: better-auth's own, of any case. */
export const userId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
/** A line that a person wrote, trimmed, 1 to `max` characters. */
export const line = (max: number) => v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(max));
/** Why somebody does it: a sentence, or nothing. */
export const reason = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
/** Free text, up to `max` characters. */
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
/** Milliseconds UTC, between 1900 and 9999. */
export const moment = v.pipe(v.number(), v.integer(), v.minValue(-2_208_988_800_000), v.maxValue(253_402_300_799_999));
/** `#rrggbb`, or a name of the palette. */
export const colour = v.pipe(v.string(), v.regex(/^(#[0-9a-f]{6}|[a-z]{3,20})$/));
/** A published version's number. */
export const version = v.pipe(v.number(), v.integer(), v.minValue(1));
/** What becomes of the runs at each step when they move to another version (BE2), by the step's id. */
export const stepMap = v.record(text(64), v.variant('how', [v.object({ how: v.picklist(['keep', 'end', 'stay']) }), v.object({ how: v.literal('move'), to: text(64) })]));
