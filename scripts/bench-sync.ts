/** `npm run bench:sync`: installs the servers to compare with (bench/package.json, never into the product), then measures. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './settings.ts';

const folder = join(root, 'bench');
if (!existsSync(join(folder, 'node_modules', '@hocuspocus', 'server'))) {
	const { status } = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
	if (status !== 0) process.exit(status ?? 1);
}
const { status } = spawnSync(process.execPath, [join(folder, 'sync.ts'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
