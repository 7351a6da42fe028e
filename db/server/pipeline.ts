/** Answers a Hrana pipeline: its requests in order on one stream. One refused request does not stop those after it. */
import { isBusy } from './connection.ts';
import { statementsOf } from './sql-text.ts';
import type { Stream, Streams } from './streams.ts';
import { HranaError, type StatementResult, type WireBatch, type WireCondition, type WireRequest, type WireStatement } from './wire.ts';

type Failure = { message: string; code: string };

/** Expected refusals become answers; a bug must not, it throws. */
const failureOf = (error: unknown): Failure => {
	if (error instanceof HranaError) return { message: error.message, code: error.code };
	throw error;
};

export class Pipeline {
	readonly #stream: Stream;
	readonly #streams: Streams;
	readonly #busyWait: number;

	/** `busyWait`: milliseconds a statement waits for another writer before it is refused with SQLITE_BUSY. */
	constructor(stream: Stream, streams: Streams, busyWait: number) {
		this.#stream = stream;
		this.#streams = streams;
		this.#busyWait = busyWait;
	}

	/** Runs every request and gives their results, in order. Without another writer nothing is awaited: a batch runs in one go. */
	async run(requests: readonly WireRequest[]): Promise<object[]> {
		const results: object[] = [];
		for (const request of requests) {
			try {
				results.push({ type: 'ok', response: { type: request.type, ...(await this.#answer(request)) } });
			} catch (error) {
				results.push({ type: 'error', error: failureOf(error) });
			}
		}
		return results;
	}

	async #answer(request: WireRequest): Promise<object> {
		const { connection, texts } = this.#stream;
		if (this.#stream.isClosed) throw new HranaError('STREAM_CLOSED', 'The stream was closed earlier in this pipeline.');
		switch (request.type) {
			case 'execute':
				return { result: await this.#execute(required(request.stmt, 'stmt')) };
			case 'batch':
				return { result: await this.#batch(required(request.batch, 'batch')) };
			case 'sequence':
				for (const { text } of statementsOf(this.#sql(request))) await this.#execute({ sql: text, want_rows: false });
				return {};
			case 'describe':
				return { result: connection.describe(this.#sql(request)) };
			case 'store_sql': {
				const id = required(request.sql_id, 'sql_id');
				if (texts.has(id)) throw new HranaError('SQL_STORE_EXISTS', `The SQL text ${id} is already stored.`);
				texts.set(id, required(request.sql, 'sql'));
				return {};
			}
			case 'close_sql':
				texts.delete(required(request.sql_id, 'sql_id'));
				return {};
			case 'get_autocommit':
				return { is_autocommit: !connection.isInTransaction };
			case 'close':
				this.#stream.isClosed = true;
				return {};
			default:
				throw new HranaError('BAD_REQUEST', `Unknown type of request: ${request.type}.`);
		}
	}

	#sql({ sql, sql_id: id }: Pick<WireStatement, 'sql' | 'sql_id'>): string {
		if (typeof sql === 'string') return sql;
		if (typeof id !== 'number') throw new HranaError('BAD_REQUEST', 'A statement needs sql or sql_id.');
		const text = this.#stream.texts.get(id);
		if (text === undefined) throw new HranaError('SQL_NOT_FOUND', `No SQL text ${id} is stored in this stream.`);
		return text;
	}

	/** One statement; waits its turn while another stream or process writes. Safe to repeat: a busy statement has done nothing. */
	async #execute(statement: WireStatement): Promise<StatementResult> {
		const sql = this.#sql(statement);
		const { connection } = this.#stream;
		let deadline: number | null = null;
		for (;;) {
			try {
				return connection.execute(sql, statement);
			} catch (error) {
				if (!isBusy(error)) throw error;
				deadline ??= performance.now() + this.#busyWait;
				if (performance.now() >= deadline) throw error;
			}
			await this.#streams.writerEnded(20);
		}
	}

	async #batch({ steps }: WireBatch): Promise<object> {
		if (!Array.isArray(steps)) throw new HranaError('BAD_REQUEST', 'A batch needs steps.');
		const results: (StatementResult | null)[] = [];
		const errors: (Failure | null)[] = [];
		for (const { condition, stmt } of steps) {
			let result: StatementResult | null = null;
			let failure: Failure | null = null;
			if (!condition || this.#holds(condition, results, errors)) {
				try {
					result = await this.#execute(required(stmt, 'stmt'));
				} catch (error) {
					failure = failureOf(error);
				}
			}
			results.push(result);
			errors.push(failure);
		}
		return { step_results: results, step_errors: errors };
	}

	#holds(condition: WireCondition, results: readonly unknown[], errors: readonly unknown[]): boolean {
		const holds = (inner: WireCondition) => this.#holds(inner, results, errors);
		switch (condition.type) {
			case 'ok':
			case 'error': {
				const { step, type } = condition;
				if (!Number.isInteger(step) || step < 0 || step >= results.length) throw new HranaError('BATCH_COND_BAD_STEP', `A condition names step ${step}, which does not come before it.`);
				return (type === 'ok' ? results : errors)[step] !== null;
			}
			case 'not':
				return !holds(condition.cond);
			case 'and':
				return condition.conds.every(holds);
			case 'or':
				return condition.conds.some(holds);
			case 'is_autocommit':
				return !this.#stream.connection.isInTransaction;
			default:
				throw new HranaError('BAD_REQUEST', `Unknown condition: ${JSON.stringify(condition)}.`);
		}
	}
}

const required = <T>(value: T | null | undefined, name: string): T => {
	if (value === null || value === undefined) throw new HranaError('BAD_REQUEST', `The request has no ${name}.`);
	return value;
};
