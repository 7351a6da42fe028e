/** `npm run bench:latency`: how long an edit takes to its row, and to another device's list. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './settings.ts';

const { status } = spawnSync(process.execPath, [join(root, 'bench', 'latency.ts')], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
