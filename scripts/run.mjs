#!/usr/bin/env node
// The first thing that runs, on whatever Node the machine has (20 or newer) and before anything is installed: so plain JavaScript and
// no dependencies. It installs what is missing and hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...args] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 20) {
	console.error(`Cuebook needs Node 20 or newer; this is ${process.version}. Install a newer one from https://nodejs.org and try again.`);
	process.exit(1);
}
if (!name || !/^[a-z-]+$/.test(name) || !existsSync(join(root, 'scripts', `${name}.ts`))) {
	console.error('Usage: node scripts/run.mjs <start|dev|test|build|fuzz|simulate|bench|deploy|budget> …');
	process.exit(1);
}

const lock = join(root, 'package-lock.json');
// npm writes this file last, so it stands for a finished installation.
const installed = join(root, 'node_modules', '.package-lock.json');
const isBorrowed = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
if (isBorrowed) console.log('node_modules is a link to another folder: using what is there, installing nothing.');
else if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
	console.log(existsSync(installed) ? 'The packages changed: installing them again (npm ci) …' : 'Installing the packages (npm ci); this takes a minute the first time …');
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const { status } = spawnSync(npm, ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
	if (status !== 0) {
		console.error('npm ci failed; see above. Nothing was started.');
		process.exit(status ?? 1);
	}
}

const bin = join(root, 'node_modules', '.bin');
const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const env = { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` };
const child = spawn(existsSync(own) ? own : process.execPath, [join(root, 'scripts', `${name}.ts`), ...args], { cwd: root, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });

// Ctrl-C reaches the child from the terminal as well; stopping twice does no harm there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// When npm is killed and takes nobody along, the child would stay: a new parent says so.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
