/** `npm test`: every test, then `N passed, N failed` as the last line. What is skipped counts as failed. Arguments go to vitest. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compile } from '@inlang/paraglide-js';
import { messageOptions } from './messages.ts';
import { root } from './settings.ts';

interface Report {
	success: boolean;
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: { name: string; status: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

const run = (command: string[], env: Record<string, string> = {}): Promise<number> =>
	new Promise((resolve) => {
		const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
		child.on('exit', (code) => resolve(code ?? 1));
	});

// A clean clone has neither yet, and the tests import them.
await compile(messageOptions);
await run([join(root, 'node_modules', '@sveltejs', 'kit', 'svelte-kit.js'), 'sync']);

const folder = mkdtempSync(join(tmpdir(), 'cuebook-test-'));
const file = join(folder, 'report.json');
const code = await run([join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...process.argv.slice(2)]);
const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
rmSync(folder, { recursive: true, force: true });

const broken = report?.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0) ?? [];
const left = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
const counted = (report?.numFailedTests ?? 0) + broken.length + left;
// A run that failed without a failed test (an unhandled error, no report) failed once.
const failed = counted > 0 ? counted : code === 0 && report ? 0 : 1;
for (const { name, message } of broken) console.log(`FAILED: ${relative(root, name)}: ${message}`);
for (const { name, assertionResults } of report?.testResults ?? [])
	for (const { fullName, status, failureMessages } of assertionResults) if (status === 'failed') console.log(`FAILED: ${relative(root, name)}: ${fullName}: ${failureMessages.join(' ').slice(0, 400).replace(/\s+/g, ' ')}`);
if (left > 0) console.log(`${left} tests were skipped; that counts as failed.`);
console.log(`${report?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
