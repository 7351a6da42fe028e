/**
 * Runs a command and ends with whoever started it: `node scripts/leash.ts COMMAND ARGS…`. The starter holds this process's standard input;
 * when that closes, even by kill -9, the whole process group goes (workerd and esbuild would otherwise outlive their parents).
 */
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
if (!command) throw new Error('leash needs a command');
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const endGroup = () => process.kill(-process.pid, 'SIGKILL');
process.stdin.on('end', endGroup).on('error', endGroup).resume();
// The group gets these signals too: stay until the command has ended in its own way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
child.on('error', (error) => {
	console.error(`${command}: ${error.message}`);
	process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 128 : 1)));
