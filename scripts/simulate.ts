/** `npm run simulate -- --schedules N [--seed S]`: the engine through N schedules other than CI's, on two cores. `--seed S` alone repeats one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './settings.ts';

const { values } = parseArgs({ options: { schedules: { type: 'string' }, seed: { type: 'string' } } });
const isNumber = (text: string | undefined): boolean => text === undefined || /^\d+$/.test(text);
if (!isNumber(values.schedules) || !isNumber(values.seed)) {
	console.error('Usage: npm run simulate -- [--schedules N] [--seed S]');
	process.exit(1);
}
const env: NodeJS.ProcessEnv = { ...process.env };
if (values.seed !== undefined) env['SIMULATE_SEED'] = values.seed;
if (values.schedules !== undefined || values.seed === undefined) env['SIMULATE_SCHEDULES'] = values.schedules ?? '1000';
const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'engine', 'test/engine/simulation'], { cwd: root, stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
