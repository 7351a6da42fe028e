/**
 * `npm test`: every test, then `N passed, N failed` as the last line. What is skipped counts as failed. Arguments go to vitest.
 * Three lanes at once, as browsers and rooms mostly wait: the browser tests, and, giving way to them, the rooms' and all others.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compile } from '@inlang/paraglide-js';
import { buildApp } from './build.ts';
import { messageOptions } from './messages.ts';
import { root } from './settings.ts';

interface Report {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: { name: string; status: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

const run = (command: string[], priority = 0): Promise<number> =>
	new Promise((resolve) => {
		const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' });
		if (priority !== 0 && child.pid) setPriority(child.pid, priority);
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
		child.on('exit', (code) => resolve(code ?? 1));
	});

// A clean clone has neither yet, and the tests import them.
await compile(messageOptions);
await run([join(root, 'node_modules', '@sveltejs', 'kit', 'svelte-kit.js'), 'sync']);

const folder = mkdtempSync(join(tmpdir(), 'cuebook-test-'));
const lane = async (name: string, filters: string[], priority = 0): Promise<{ code: number; report: Report | null }> => {
	const file = join(folder, `${name}.json`);
	const code = await run([join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters], priority);
	return { code, report: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null };
};
const chosen = process.argv.slice(2);
// The build writes what the other lanes read, so it is made before them; a failed one fails the browser tests, with its words.
if (chosen.length === 0) await buildApp().catch((error: Error) => console.error(error.message));
const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
const lanes =
	chosen.length > 0
		? [lane('chosen', chosen)]
		: [lane('people', ['--project=e2e']), lane('rooms', ['--project=party'], PRIORITY_BELOW_NORMAL), lane('parts', ['--project=!e2e', '--project=!party'], PRIORITY_LOW)];
const results = await Promise.all(lanes);
rmSync(folder, { recursive: true, force: true });

const sum = (of: (report: Report) => number) => results.reduce((total, { report }) => total + (report ? of(report) : 0), 0);
const files = results.flatMap(({ report }) => report?.testResults ?? []);
const broken = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
const left = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const counted = sum(({ numFailedTests }) => numFailedTests) + broken.length + left;
// A lane that failed without a failed test (an unhandled error, no report) failed once.
const failed = counted > 0 ? counted : results.filter(({ code, report }) => code !== 0 || !report).length;
for (const { name, message } of broken) console.log(`FAILED: ${relative(root, name)}: ${message}`);
for (const { name, assertionResults } of files)
	for (const { fullName, status, failureMessages } of assertionResults) if (status === 'failed') console.log(`FAILED: ${relative(root, name)}: ${fullName}: ${failureMessages.join(' ').slice(0, 400).replace(/\s+/g, ' ')}`);
if (left > 0) console.log(`${left} tests were skipped; that counts as failed.`);
console.log(`${sum(({ numPassedTests }) => numPassedTests)} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
