/**
 * The rooms without the tool around them: the host's own tool starts them once, and from then on its workerd, with the same configuration
 * and the same state, is started and killed by itself. A restart takes well under a second instead of several, so that a hundred fit in CI.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groupOf, startRooms, type HostName, type Rooms } from './rooms.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tools: Record<HostName, string> = { partykit: 'node_modules/partykit/dist/bin.mjs', cloudflare: 'node_modules/wrangler/bin/wrangler.js' };

/** The workerd that the host's tool runs. */
const workerdOf = (host: HostName): string => {
	const miniflare = createRequire(join(root, tools[host])).resolve('miniflare');
	return (createRequire(miniflare)('workerd') as { default: string }).default;
};

/** Stands in for workerd while the tool starts it: keeps its arguments and its configuration, then becomes it. */
const keeper = (folder: string, workerd: string): string => `#!/bin/sh
printf '%s\\n' "$@" > "${folder}/$$.args"
cat > "${folder}/$$.config"
exec "${workerd}" "$@" < "${folder}/$$.config"
`;

/** Starts the rooms with an empty state; resolves when they answer. `kill` and `start` act on workerd alone. `other`: as in startRooms. */
export async function startWorkerd(host: HostName, vars: Record<string, string> = {}, other?: string): Promise<Rooms> {
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-workerd-'));
	const workerd = workerdOf(host);
	writeFileSync(join(folder, 'workerd'), keeper(folder, workerd), { mode: 0o755 });
	const rooms = await startRooms(host, vars, { MINIFLARE_WORKERD_PATH: join(folder, 'workerd') }, other);
	await rooms.kill();
	// Wrangler also runs a proxy of its own: the rooms are where their secret is.
	const kept = readdirSync(folder).filter((name) => name.endsWith('.config') && readFileSync(join(folder, name)).includes('ROOMS_SECRET'));
	const config = join(folder, kept.at(-1)!);
	const port = new URL(rooms.url).port;
	const args = readFileSync(config.replace(/config$/, 'args'), 'utf8').trim().split('\n');
	const own = args.filter((arg) => !/^--(inspector-addr|debug-port|control-fd)=/.test(arg)).map((arg) => arg.replace(/^--socket-addr=entry=.*/, `--socket-addr=entry=127.0.0.1:${port}`));
	const group = groupOf(rooms.url, () => {
		const input = openSync(config, 'r');
		const child = spawn(workerd, own, { cwd: root, detached: true, stdio: [input, 'pipe', 'pipe'] });
		closeSync(input);
		return child;
	});
	await group.start();
	return { ...rooms, ...group, end: async () => (await group.kill(), await rooms.end(), rmSync(folder, { recursive: true, force: true })) };
}
