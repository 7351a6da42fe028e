/** The real libSQL engine behind its own protocol, in memory and on virtual time, over a network that fails when it is told to. */
import { migrate } from 'drizzle-orm/libsql/migrator';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Database } from '#db/client.ts';
import { Pipeline } from '#db/server/pipeline.ts';
import { Streams } from '#db/server/streams.ts';
import { readPipeline } from '#db/server/wire.ts';

/** One for the process: worlds come one after the other, each on empty tables. */
export class Store {
	readonly #streams = new Streams(':memory:', { idle: 10_000, streams: 1 });
	#turn: Promise<unknown> = Promise.resolve();
	#tables: string[] = [];
	/** What a test that plants a mistake makes of the statements. */
	rewrite: (text: string) => string = (text) => text;

	/** Makes the tables of this version. On the platform's own time. */
	static async open(): Promise<Store> {
		const store = new Store();
		const database = openDatabase({ url: 'http://db', fetch: store.direct });
		await migrate(database, { migrationsFolder: fileURLToPath(new URL('../../db/migrations', import.meta.url)) });
		const found = await database.$client.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'");
		store.#tables = found.rows.map((row) => String(row['name']));
		return store;
	}

	/** A client that no fault reaches: for the harness' own looks. */
	get database(): Database {
		return openDatabase({ url: 'http://db', fetch: this.direct });
	}

	/** Empties every table. */
	async clear(): Promise<void> {
		await this.database.$client.batch(
			this.#tables.map((table) => `DELETE FROM "${table}"`),
			'write',
		);
	}

	/** Answers a request of the protocol, one after the other. The engine's clock is the virtual one. */
	readonly direct = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
		const request = new Request(input, init);
		if (!new URL(request.url).pathname.endsWith('/pipeline')) return Response.json({});
		const text = this.rewrite(await request.text()).replaceAll("unixepoch('subsec')", `(${Date.now()} / 1000.0)`);
		const answer = this.#turn.then(async () => {
			const { baton, requests } = readPipeline(text);
			const stream = this.#streams.take(baton);
			const results = await new Pipeline(stream, this.#streams, 0).run(requests);
			return { baton: this.#streams.park(stream), base_url: null, results };
		});
		this.#turn = answer.catch(() => {});
		return Response.json(await answer);
	};
}
