/**
 * `npm test`: every test, then `N passed, N failed` as the last line. What is skipped counts as failed. Arguments go to vitest.
 * Four lanes at once, as browsers and rooms mostly wait: the browser tests; the rooms' and the parts', a little behind them; and the schedules
 * of the fuzz and of the simulation, minutes of reckoning that no clock watches, on what the others leave of every processor.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compile } from '@inlang/paraglide-js';
import { buildApp } from './build.ts';
import { giveWay } from './give-way.ts';
import { messageOptions } from './messages.ts';
import { root } from './settings.ts';

interface Report {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: { name: string; status: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

/** Characters of a failure that its one line tells: the message, and what the windows of a browser test showed. */
const saidOfOne = 1_600;

type Pace = 'first' | 'behind' | 'last';
const run = (command: string[], pace: Pace = 'first'): Promise<number> =>
	new Promise((resolve) => {
		// A session of its own outlives its parent, unless it is on a leash, which is let go of to end it.
		const own = pace === 'last';
		const child = spawn(process.execPath, own ? [join(root, 'scripts', 'leash.ts'), process.execPath, ...command] : command, { cwd: root, stdio: [own ? 'pipe' : 'inherit', 'inherit', 'inherit'], detached: own });
		if (child.pid && pace === 'behind') setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
		if (child.pid && own) giveWay(child.pid);
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (own ? child.stdin?.end() : child.kill(signal)));
		child.on('exit', (code) => resolve(code ?? 1));
	});

// A clean clone has neither yet, and the tests import them.
await compile(messageOptions);
await run([join(root, 'node_modules', '@sveltejs', 'kit', 'svelte-kit.js'), 'sync']);

const folder = mkdtempSync(join(tmpdir(), 'cuebook-test-'));
const lane = async (name: string, filters: string[], pace?: Pace): Promise<{ code: number; report: Report | null }> => {
	const file = join(folder, `${name}.json`);
	const code = await run([join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--reporter=${join(root, 'scripts', 'failed-suites.ts')}`, `--outputFile.json=${file}`, ...filters], pace);
	return { code, report: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null };
};
const chosen = process.argv.slice(2);
const all = async () => {
	// Before every lane: the build writes the routes' tsconfig.json anew, and the rooms' hosts, which watch it, would begin again under their
	// tests. A failed build fails the browser tests, with its words.
	await buildApp().catch((error: Error) => console.error(error.message));
	return await Promise.all([
		lane('people', ['--project=e2e']),
		lane('rooms', ['--project=party'], 'behind'),
		lane('parts', ['e2e', 'party', 'engine', 'fuzz'].map((name) => `--project=!${name}`), 'behind'),
		lane('schedules', ['--project=engine', '--project=fuzz', `--maxWorkers=${availableParallelism()}`], 'last'),
	]);
};
const results = chosen.length > 0 ? [await lane('chosen', chosen)] : await all();
rmSync(folder, { recursive: true, force: true });

const sum = (of: (report: Report) => number) => results.reduce((total, { report }) => total + (report ? of(report) : 0), 0);
const files = results.flatMap(({ report }) => report?.testResults ?? []);
const broken = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
const left = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const counted = sum(({ numFailedTests }) => numFailedTests) + broken.length + left;
// A lane that failed without a failed test (an unhandled error, no report) failed once.
const failed = counted > 0 ? counted : results.filter(({ code, report }) => code !== 0 || !report).length;
for (const { name, status, message, assertionResults } of files)
	if (status === 'failed' && message && !assertionResults.some((one) => one.status === 'failed')) console.log(`FAILED: ${relative(root, name)}: ${message.slice(0, saidOfOne).replace(/\s+/g, ' ')}`);
for (const { name, assertionResults } of files)
	for (const { fullName, status, failureMessages } of assertionResults) if (status === 'failed') console.log(`FAILED: ${relative(root, name)}: ${fullName}: ${failureMessages.join(' ').slice(0, saidOfOne).replace(/\s+/g, ' ')}`);
if (left > 0) console.log(`${left} tests were skipped; that counts as failed.`);
console.log(`${sum(({ numPassedTests }) => numPassedTests)} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
