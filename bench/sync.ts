/**
 * `npm run bench:sync [-- --quick]`: our room beside y-websocket's server (LevelDB) and Hocuspocus (SQLite): the same client, the same run,
 * one after the other in rounds, so that what else the machine does meets all of them; and a room that only relays bytes, as the floor of its host. `--only two,many` runs some scenarios, `--servers
 * cuebook` some servers; `--into FILE` adds to the figures of earlier pieces and shows the table of them all.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lostInKills, percentile, scenarios } from './measures.ts';
import { floor, hocuspocus, ours, yWebsocket, type Server } from './servers.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, kills: { type: 'string' }, only: { type: 'string' }, servers: { type: 'string' }, into: { type: 'string' } } });
const few = values.quick === true;
const rounds = Number(values.rounds ?? (few ? 1 : 5));
const kills = Number(values.kills ?? (few ? 10 : 200));
const only = values.only?.split(',') ?? [...Object.keys(scenarios), 'kills'];
const unknown = only.filter((name) => name !== 'kills' && !Object.hasOwn(scenarios, name));
if (unknown.length > 0) throw new Error(`No scenario ${unknown.join(', ')}: there are ${Object.keys(scenarios).join(', ')} and kills.`);

const known = { cuebook: ours, 'y-websocket': yWebsocket, hocuspocus, floor } satisfies Record<string, () => Promise<Server>>;
const names = values.servers?.split(',') ?? Object.keys(known);
const lostRow = 'lost of those confirmed, by kill -9';

/** Server → row → a figure of each round. What was lost is written `lost of confirmed`. */
type Measures = Record<string, Record<string, number[]>>;
const measures: Measures = values.into && existsSync(values.into) ? (JSON.parse(readFileSync(values.into, 'utf8')) as Measures) : {};
const note = (server: string, row: string, value: number): void => void ((measures[server] ??= {})[row] ??= []).push(value);

const servers: Server[] = [];
try {
	for (const name of names) servers.push(await known[name as keyof typeof known]());
	for (let round = 0; round < rounds; round++) {
		for (const server of servers) {
			process.stderr.write(`round ${round + 1} of ${rounds}: ${server.name}\n`);
			for (const name of only) {
				if (name === 'kills') {
					// It keeps nothing.
					if (server.name === 'floor') continue;
					const each = Math.ceil(kills / rounds);
					const count = Math.max(0, Math.min(each, kills - each * round));
					note(server.name, lostRow, await lostInKills(server, count));
					note(server.name, 'kills', count);
				} else for (const [row, value] of Object.entries(await scenarios[name as keyof typeof scenarios](server, { few }))) note(server.name, row, value);
			}
		}
		if (values.into) writeFileSync(values.into, JSON.stringify(measures));
	}
} finally {
	for (const server of servers) await server.end();
}

const isHigherBetter = (row: string): boolean => row.startsWith('updates/s');
const shown = (value: number | null): string => (value === null ? 'none' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '') || '0');
/** The median of the rounds. */
const valueOf = (server: string, row: string): number | null => (measures[server]?.[row] ? percentile(measures[server][row], 0.5) : null);

/** What ours is compared with: the floor is no server, it shows what the host itself takes. */
const rivals = ['y-websocket', 'hocuspocus'];
const shownServers = Object.keys(known).filter((name) => measures[name]);
const rows = [...new Set(shownServers.flatMap((name) => Object.keys(measures[name]!)))].filter((row) => row !== 'kills');
console.log(`\n| | ${shownServers.join(' | ')} | ours against the best |\n|---|${shownServers.map(() => '---:').join('|')}|---:|`);
for (const row of rows) {
	if (row === lostRow) {
		const sum = (name: string, of: string) => (measures[name]?.[of] ?? []).reduce((all, one) => all + one, 0);
		console.log(`| ${row} | ${shownServers.map((name) => `${sum(name, row)} of ${sum(name, 'kills')}`).join(' | ')} | |`);
		continue;
	}
	const found = shownServers.map((name) => valueOf(name, row));
	const others = rivals.map((name) => valueOf(name, row)).filter((value) => value !== null);
	const best = isHigherBetter(row) ? Math.max(...others) : Math.min(...others);
	const ratio = shownServers[0] !== 'cuebook' || found[0] === null || others.length === 0 ? '' : `${(isHigherBetter(row) ? best / found[0]! : found[0]! / best).toFixed(2)} ×`;
	console.log(`| ${row} | ${found.map(shown).join(' | ')} | ${ratio} |`);
}
const counts = shownServers.map((name) => Math.max(...Object.values(measures[name]!).map((list) => list.length)));
console.log(`\nMedians of ${Math.max(...counts)} rounds. An acknowledgement means: cuebook on disk, y-websocket none is given, hocuspocus in memory.`);
process.exit(0);
