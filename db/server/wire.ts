/**
 * The Hrana protocol (versions 2 and 3, JSON) as types, and its values read and written. Source: libSQL's HRANA_2_SPEC and HRANA_3_SPEC,
 * and what `@libsql/hrana-client` sends. Numbers: integers travel as decimal strings, exact over the whole of int64.
 */

/** A refusal that the client gets as `{ message, code }`: of one request in a pipeline, or of the whole HTTP request. */
export class HranaError extends Error {
	readonly code: string;
	readonly status: number;
	constructor(code: string, message: string, status = 400) {
		super(message);
		this.code = code;
		this.status = status;
	}
}

/** A value as the engine takes and gives it. */
export type EngineValue = null | bigint | number | string | Uint8Array;

export type WireValue =
	| { type: 'null' }
	| { type: 'integer'; value: string }
	| { type: 'float'; value: number }
	| { type: 'text'; value: string }
	| { type: 'blob'; base64: string };

export interface WireStatement {
	sql?: string | null;
	sql_id?: number | null;
	args?: WireValue[] | null;
	named_args?: { name: string; value: WireValue }[] | null;
	want_rows?: boolean | null;
}

export type WireCondition =
	| { type: 'ok' | 'error'; step: number }
	| { type: 'not'; cond: WireCondition }
	| { type: 'and' | 'or'; conds: WireCondition[] }
	| { type: 'is_autocommit' };

export interface WireBatch {
	steps: { condition?: WireCondition | null; stmt: WireStatement }[];
}

export interface WireRequest {
	type: string;
	stmt?: WireStatement;
	batch?: WireBatch;
	sql?: string | null;
	sql_id?: number | null;
}

export interface WirePipeline {
	baton?: string | null;
	requests: WireRequest[];
}

export interface StatementResult {
	cols: { name: string | null; decltype: string | null }[];
	rows: WireValue[][];
	affected_row_count: number;
	last_insert_rowid: string | null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An HTTP body as a pipeline. Throws a HranaError (400) that says what is wrong. Parts of requests are checked where they are used. */
export const readPipeline = (body: string): WirePipeline => {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch (cause) {
		throw new HranaError('BAD_JSON', `The body is not JSON: ${(cause as Error).message}`);
	}
	if (!isObject(parsed) || !Array.isArray(parsed['requests'])) throw new HranaError('BAD_PIPELINE', 'The body must be { baton, requests: [...] }.');
	const { baton } = parsed;
	if (baton !== undefined && baton !== null && typeof baton !== 'string') throw new HranaError('BAD_PIPELINE', 'The baton must be a string or null.');
	for (const request of parsed['requests']) {
		if (!isObject(request) || typeof request['type'] !== 'string') throw new HranaError('BAD_PIPELINE', 'Every request must be an object with a type.');
	}
	return parsed as unknown as WirePipeline;
};

const bounds = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** A value from the wire. Throws a HranaError when it can't be stored exactly as sent. */
export const readValue = (value: WireValue): EngineValue => {
	switch (value?.type) {
		case 'null':
			return null;
		case 'integer': {
			if (typeof value.value !== 'string' || !/^-?\d{1,19}$/.test(value.value)) throw new HranaError('BAD_VALUE', `An integer must be a decimal string of int64, got ${JSON.stringify(value.value)}.`);
			const integer = BigInt(value.value);
			if (integer < bounds.least || integer > bounds.most) throw new HranaError('BAD_VALUE', `The integer ${value.value} does not fit in 64 bits.`);
			return integer;
		}
		case 'float':
			if (typeof value.value !== 'number') throw new HranaError('BAD_VALUE', 'A float must be a number.');
			return value.value;
		case 'text':
			if (typeof value.value !== 'string') throw new HranaError('BAD_VALUE', 'A text must be a string.');
			// The engine's binding would store it whole and give back only what stands before the NUL.
			if (value.value.includes('\0')) throw new HranaError('TEXT_WITH_NUL', 'A text holds a NUL character, which would be cut there when read. Remove it, or send a blob.');
			return value.value;
		case 'blob':
			if (typeof value.base64 !== 'string') throw new HranaError('BAD_VALUE', 'A blob must be base64.');
			return Buffer.from(value.base64, 'base64');
		default:
			throw new HranaError('BAD_VALUE', `Unknown type of value: ${JSON.stringify(value)}.`);
	}
};

// JSON has no infinity; every JSON reader makes one of this number.
const rawJson = (JSON as unknown as { rawJSON(text: string): number }).rawJSON;

/** A value for the wire. */
export const writeValue = (value: EngineValue): WireValue => {
	if (value === null) return { type: 'null' };
	if (typeof value === 'bigint') return { type: 'integer', value: value.toString() };
	if (typeof value === 'number') return { type: 'float', value: Number.isFinite(value) ? value : rawJson(value > 0 ? '1e999' : '-1e999') };
	if (typeof value === 'string') return { type: 'text', value };
	return { type: 'blob', base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
};
