/**
 * `npm run kill`: kills the rooms and the store in the middle of many effects, on the rooms that `partykit dev` runs and a libSQL server process.
 * `-- --jobs 20000 --rooms 40 --store 10 --rate 60` are the defaults; `--seed S` repeats the order and moments as far as a machine repeats itself.
 * Fails when an effect is lost or done twice, or a run is stuck.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { randomOf } from '../test/party/harness/random.ts';
import { killing } from '../test/party/harness/killing.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { jobs: text, rooms: text, store: text, rate: text, seed: text } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const plan = { jobs: Number(values.jobs ?? 20_000), roomKills: Number(values.rooms ?? 40), storeKills: Number(values.store ?? 10), rate: Number(values.rate ?? 60) };
console.log(`seed ${seed}, load ${loadavg()[0]!.toFixed(1)}`);
const verdict = await killing({ ...plan, random: randomOf(seed), say: (line) => console.log(line) });
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
console.log(`\n| jobs | kills of the rooms | of the store | lost | done twice | asked again under its key | runs stuck | longest silence (s) | longest recovery (s) | in all (s) |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| ${plan.jobs.toLocaleString('en')} | ${plan.roomKills} | ${plan.storeKills} | ${verdict.lost} | ${verdict.twice} | ${verdict.again} | ${verdict.stuck.length} | ${seconds(verdict.silenceMs)} | ${seconds(verdict.recoveryMs)} | ${seconds(verdict.tookMs)} |`);
for (const line of verdict.stuck) console.log(line);
process.exit(verdict.lost + verdict.twice + verdict.stuck.length === 0 ? 0 : 1);
