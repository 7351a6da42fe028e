/** The store that our room publishes to, as a process of its own: what it uses is not the room's, and it doesn't slow the clients down. Prints its settings as a line of JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore } from '../test/party/harness/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuebook-bench-store-'));
const { vars } = await startStore(join(folder, 'store.db'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// The bench holds the other end: when it goes, so does the store.
process.stdin.once('end', () => process.exit(0)).resume();
console.log(JSON.stringify(vars));
