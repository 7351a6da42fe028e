/** One connection to the database file: prepared statements kept, values exact, errors with SQLite's codes. */
import Libsql from 'libsql';
import { statementsOf, type SqlStatement } from './sql-text.ts';
import { HranaError, readValue, writeValue, type EngineValue, type StatementResult, type WireStatement } from './wire.ts';

type EngineStatement = ReturnType<InstanceType<typeof Libsql>['prepare']>;

interface Prepared {
	read: SqlStatement;
	statement: EngineStatement;
	isReader: boolean;
	columns: StatementResult['cols'] | null;
}

/** What all connections to a file share: a count that grows when tables change, so that none uses what it prepared before. */
export interface SchemaClock {
	count: number;
}

const keptStatements = 500;
const readOnly = new Set(['SELECT', 'VALUES', 'EXPLAIN', 'PRAGMA']);
const changesSchema = new Set(['CREATE', 'ALTER', 'DROP', 'VACUUM', 'ATTACH', 'DETACH']);
const totals = 'SELECT total_changes(), changes(), last_insert_rowid()';

/** SQLite's error as a refusal with its extended code; anything else as it is. */
const refusalOf = (error: unknown): unknown => {
	const { code, message } = error as { code?: unknown; message: string };
	return typeof code === 'string' && code.startsWith('SQLITE_') ? new HranaError(code, message) : error;
};

/** Whether the error says that another connection is writing and that the same statement may succeed when it has ended. */
export const isBusy = (error: unknown): boolean => error instanceof HranaError && (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY');

export class Connection {
	readonly #database: InstanceType<typeof Libsql>;
	readonly #schema: SchemaClock;
	readonly #prepared = new Map<string, Prepared>();
	#preparedAt: number;
	#hasChangedTables = false;

	/** Opens the file: write-ahead log, and every commit reaches the disk before it is answered. */
	constructor(file: string, schema: SchemaClock) {
		this.#database = new Libsql(file);
		this.#database.defaultSafeIntegers(true);
		this.#database.pragma('journal_mode = WAL');
		this.#database.pragma('synchronous = FULL');
		this.#database.pragma('cache_size = -65536');
		this.#schema = schema;
		this.#preparedAt = schema.count;
	}

	get isInTransaction(): boolean {
		return this.#database.inTransaction;
	}

	/** Runs one statement. Throws a HranaError with SQLite's code; the state of an open transaction is then SQLite's business. */
	execute(sql: string, { args, named_args: named, want_rows: wantRows }: Omit<WireStatement, 'sql'>): StatementResult {
		const prepared = this.#prepare(sql);
		const values = bindings(prepared.read, args ?? [], named ?? []);
		try {
			return prepared.isReader ? this.#read(prepared, values, wantRows !== false) : this.#run(prepared, values);
		} catch (error) {
			throw refusalOf(error);
		} finally {
			this.#noticeTables(prepared.read.keyword);
		}
	}

	/** What a statement would take and give (Hrana describe). */
	describe(sql: string) {
		const { read, statement, isReader } = this.#prepare(sql);
		return {
			params: read.parameters.map((name) => ({ name })),
			cols: isReader ? columnsOf(statement) : [],
			is_explain: read.keyword === 'EXPLAIN',
			is_readonly: readOnly.has(read.keyword) || (read.keyword === 'WITH' && read.verbs.size === 0),
		};
	}

	/** Ends what is open, so that the next user finds a clean connection. */
	rollBack(): void {
		if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
		this.#noticeTables('ROLLBACK');
	}

	/** Writes the log back into the file, so that one file holds everything. Another process that reads it keeps the rest in the log: the next opening reads it. */
	checkpoint(): void {
		this.#database.pragma('wal_checkpoint(TRUNCATE)');
	}

	close(): void {
		this.rollBack();
		this.#prepared.clear();
		this.#database.close();
	}

	/** Tables change when they are changed, and once more for everyone when that is committed or taken back. */
	#noticeTables(keyword: string): void {
		const isEnd = this.#hasChangedTables && !this.#database.inTransaction;
		if (changesSchema.has(keyword)) this.#hasChangedTables = this.#database.inTransaction;
		else if (isEnd) this.#hasChangedTables = false;
		if (changesSchema.has(keyword) || isEnd) this.#schema.count += 1;
	}

	#prepare(sql: string): Prepared {
		if (this.#preparedAt !== this.#schema.count) {
			this.#prepared.clear();
			this.#preparedAt = this.#schema.count;
		}
		const known = this.#prepared.get(sql);
		if (known) return known;
		const [read, ...more] = statementsOf(sql);
		if (!read) throw new HranaError('SQL_NO_STATEMENT', 'The SQL holds no statement.');
		if (more.length > 0) throw new HranaError('SQL_MANY_STATEMENTS', 'The SQL holds more than one statement; send them as a batch or a sequence.');
		try {
			const statement = this.#database.prepare(sql);
			const isReader = statement.reader;
			if (isReader) statement.raw(true);
			const prepared = { read, statement, isReader, columns: null };
			if (this.#prepared.size >= keptStatements) this.#prepared.delete(this.#prepared.keys().next().value as string);
			this.#prepared.set(sql, prepared);
			return prepared;
		} catch (error) {
			throw refusalOf(error);
		}
	}

	#run({ statement }: Prepared, values: EngineValue[]): StatementResult {
		const { changes, lastInsertRowid } = statement.run(values);
		// The binding gives a row id as a double.
		const isExact = typeof lastInsertRowid === 'bigint' || Number.isSafeInteger(lastInsertRowid);
		const rowid = isExact ? String(lastInsertRowid) : String(this.#totals()[2]);
		return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: rowid };
	}

	#read(prepared: Prepared, values: EngineValue[], wantRows: boolean): StatementResult {
		const mayWrite = !readOnly.has(prepared.read.keyword);
		const before = mayWrite ? this.#totals()[0] : 0n;
		const found = prepared.statement.all(values) as EngineValue[][];
		// An EXPLAIN that has given its last row counts as running until it is reset, and holds up every COMMIT and checkpoint: `get` resets.
		if (prepared.read.keyword === 'EXPLAIN') prepared.statement.get(values);
		// Only after running: the engine prepares anew by itself when another process changed the tables.
		prepared.columns ??= columnsOf(prepared.statement);
		const [total, changes, rowid] = mayWrite ? this.#totals() : [before, 0n, 0n];
		return {
			cols: prepared.columns,
			rows: wantRows ? found.map((row) => row.map(writeValue)) : [],
			affected_row_count: total === before ? 0 : Number(changes),
			last_insert_rowid: mayWrite ? String(rowid) : null,
		};
	}

	#totals(): [bigint, bigint, bigint] {
		return (this.#prepare(totals).statement.all([]) as [bigint, bigint, bigint][])[0] ?? [0n, 0n, 0n];
	}
}

const columnsOf = (statement: EngineStatement): StatementResult['cols'] => statement.columns().map(({ name, type }) => ({ name, decltype: type }));

/** The values of every parameter, by position. Throws when one has none, or when there are more values than parameters. */
const bindings = ({ parameters }: SqlStatement, args: NonNullable<WireStatement['args']>, named: NonNullable<WireStatement['named_args']>): EngineValue[] => {
	if (args.length > parameters.length) throw new HranaError('ARGS_INVALID', `The statement has ${parameters.length} parameters, ${args.length} values were given.`);
	const values: (EngineValue | undefined)[] = parameters.map((_, index) => (index < args.length ? readValue(args[index] as never) : undefined));
	for (const { name, value } of named) {
		const index = parameters.findIndex((parameter) => parameter !== null && (parameter === name || parameter.slice(1) === name));
		if (index < 0) throw new HranaError('ARGS_INVALID', `The statement has no parameter named ${name}.`);
		values[index] = readValue(value);
	}
	return values.map((value, index) => {
		if (value === undefined) throw new HranaError('ARGS_INVALID', `The parameter ${parameters[index] ?? `?${index + 1}`} has no value.`);
		return value;
	});
};
