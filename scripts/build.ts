/** Builds the app for Cloudflare when its sources have changed since the last build. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './settings.ts';

const sources = ['src', 'db', 'messages', 'project.inlang/settings.json', 'static', 'package.json', 'package-lock.json', 'svelte.config.js', 'vite.config.ts', 'wrangler.jsonc', 'tsconfig.json'];
// Made by the build itself.
const generated = join(root, 'src', 'lib', 'messages');
const stamp = join(root, '.svelte-kit', 'cuebook-build');
const output = join(root, '.svelte-kit', 'cloudflare', '_worker.js');

const filesUnder = (path: string): string[] => {
	if (path === generated || !existsSync(path)) return [];
	try {
		return readdirSync(path).sort().flatMap((name) => filesUnder(join(path, name)));
	} catch {
		return [path];
	}
};

/** A hash of everything the build reads. */
const sourcesHash = (): string => {
	const hash = createHash('sha256').update(process.version);
	for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
	return hash.digest('hex');
};

/** Runs `vite build` unless the last one was of the same sources. Throws with its output when it fails, and when the signal ends it. */
export const buildApp = async (signal?: AbortSignal): Promise<{ isFresh: boolean }> => {
	const hash = sourcesHash();
	if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return { isFresh: false };
	rmSync(stamp, { force: true });
	const vite = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'];
	await new Promise<void>((resolve, reject) => {
		execFile(process.execPath, vite, { cwd: root, env: { ...process.env, NODE_ENV: 'production' }, maxBuffer: 64_000_000, ...(signal ? { signal } : {}) }, (error, stdout, stderr) =>
			error ? reject(new Error(`The app could not be built:\n${stdout}\n${stderr}`, { cause: error })) : resolve(),
		);
	});
	writeFileSync(stamp, hash);
	return { isFresh: true };
};

if (import.meta.main) console.log((await buildApp()).isFresh ? 'The app is built.' : 'The app is built already: its sources are the same.');
