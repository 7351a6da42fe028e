/** `npm run bench:sync`, `bench:engine`, `bench:latency`, `kill`: installs what is compared with (bench/package.json, never into the product), then measures. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './settings.ts';

const [name, ...args] = process.argv.slice(2);
const folder = join(root, 'bench');
if (!name || !existsSync(join(folder, `${name}.ts`))) {
	console.error('Usage: node scripts/run.mjs bench <sync|engine|latency|kill> …');
	process.exit(1);
}
const installed = join(folder, 'node_modules', '.package-lock.json');
const isCompared = name === 'sync' || name === 'engine';
if (isCompared && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(folder, 'package-lock.json')).mtimeMs)) {
	const isWindows = process.platform === 'win32';
	const { status } = spawnSync(isWindows ? 'npm.cmd' : 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder, stdio: 'inherit', shell: isWindows });
	if (status !== 0) process.exit(status ?? 1);
}
const { status } = spawnSync(process.execPath, [join(folder, `${name}.ts`), ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
