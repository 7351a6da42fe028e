/**
 * `npm run bench:sync [-- --quick]`: our room beside y-websocket's server (LevelDB) and Hocuspocus (SQLite): the same client, the same run,
 * one after the other in rounds, so that what else the machine does meets all of them; and a room that only relays bytes, as the floor of its host. `--only two,many` runs some scenarios, `--servers
 * cuebook` some servers; `--into FILE` adds to the figures of earlier pieces and shows the table of them all.
 */
import { parseArgs } from 'node:util';
import { Figures } from './figures.ts';
import { lostInKills, scenarios } from './measures.ts';
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
/** What is measured in milliseconds an edit. */
const timed = ['two', 'many'] as const;
const lostRow = 'lost of those confirmed, by kill -9';

const figures = new Figures(values.into);

const servers: Server[] = [];
try {
	for (const name of names) servers.push(await known[name as keyof typeof known]());
	for (let round = 0; round < rounds; round++) {
		// Everyone is first in turn.
		for (const server of servers.map((_, n) => servers[(n + round) % servers.length]!)) {
			process.stderr.write(`round ${round + 1} of ${rounds}: ${server.name}\n`);
			// Neither the server nor this client is measured cold: memory's measure leaves a fresh process, and the first of a round would pay for all.
			if (timed.some((name) => only.includes(name))) for (const name of timed) await scenarios[name](server, { few: true });
			for (const name of only) {
				if (name === 'kills') {
					// It keeps nothing.
					if (server.name === 'floor') continue;
					const each = Math.ceil(kills / rounds);
					const count = Math.max(0, Math.min(each, kills - each * round));
					figures.note(server.name, lostRow, await lostInKills(server, count));
					figures.note(server.name, 'kills', count);
				} else for (const [row, value] of Object.entries(await scenarios[name as keyof typeof scenarios](server, { few }))) figures.note(server.name, row, value);
			}
		}
		figures.save();
	}
} finally {
	for (const server of servers) await server.end();
}

// The floor is no rival: it shows what the host itself takes.
console.log(`\n${figures.table(Object.keys(known), { isHigherBetter: (row) => row.startsWith('updates/s'), counts: { [lostRow]: 'kills' }, rivals: ['y-websocket', 'hocuspocus'] })}`);
console.log('An acknowledgement means: cuebook on disk, y-websocket none is given, hocuspocus in memory.');
process.exit(0);
