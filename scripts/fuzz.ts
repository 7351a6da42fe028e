/** `npm run fuzz -- --minutes N [--seed S]`: schedules other than CI's for N minutes, on two cores. `--seed S` alone repeats one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './settings.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const isNumber = (text: string | undefined): boolean => text === undefined || /^\d+(\.\d+)?$/.test(text);
if (!isNumber(values.minutes) || !isNumber(values.seed)) {
	console.error('Usage: npm run fuzz -- [--minutes N] [--seed S]');
	process.exit(1);
}
const env: NodeJS.ProcessEnv = { ...process.env };
if (values.seed !== undefined) env['FUZZ_SEED'] = values.seed;
if (values.minutes !== undefined || values.seed === undefined) env['FUZZ_MINUTES'] = values.minutes ?? '2';
const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'fuzz', 'test/fuzz/fuzz'], { cwd: root, stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
