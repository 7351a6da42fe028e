/** How much JavaScript a first load of the customer page needs, compressed; fails above 200 KB. Reads what `vite build` left. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './settings.ts';

/** Bytes of gzip. */
const most = 200 * 1024;
const page = '/(app)/customers/[id]';
const kit = join(root, '.svelte-kit');

interface Chunk {
	file: string;
	imports?: string[];
}

/** The files of a route's first load: Kit's entry, the layouts and the page, and everything they import statically. */
const firstLoad = (route: string): { file: string; bytes: number }[] => {
	const manifestFile = join(kit, 'output', 'client', '.vite', 'manifest.json');
	if (!existsSync(manifestFile)) throw new Error('There is no build to measure: run npm run build first.');
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, Chunk>;
	const generated = join('.svelte-kit', 'generated', 'client-optimized');
	const app = readFileSync(join(root, generated, 'app.js'), 'utf8');
	// A line of Kit's route dictionary: "/route": [page, [layouts], [errors]]; ~n marks a page with a server load.
	const line = app.split('\n').find((text) => text.trim().startsWith(`${JSON.stringify(route)}:`));
	if (!line) throw new Error(`The build has no route ${route}.`);
	const nodes = [0, 1, ...[...line.slice(line.indexOf('[', line.indexOf(':'))).matchAll(/\d+/g)].map(Number)];
	const starts = ['app.js', ...nodes.map((node) => `nodes/${node}.js`)].map((name) => `${generated}/${name}`);
	const seen = new Set<string>();
	const visit = (key: string) => {
		const chunk = manifest[key];
		if (!chunk) throw new Error(`The build's manifest has no ${key}.`);
		if (seen.has(chunk.file)) return;
		seen.add(chunk.file);
		for (const imported of chunk.imports ?? []) visit(imported);
	};
	for (const key of [...starts, ...Object.keys(manifest).filter((name) => name.endsWith('runtime/client/entry.js'))]) visit(key);
	return [...seen].filter((file) => file.endsWith('.js')).map((file) => ({ file, bytes: gzipSync(readFileSync(join(kit, 'output', 'client', file)), { level: 9 }).length }));
};

if (import.meta.main) {
	const files = firstLoad(page).sort((a, b) => b.bytes - a.bytes);
	const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
	for (const file of files.slice(0, 5)) console.log(`  ${(file.bytes / 1024).toFixed(1).padStart(6)} KB  ${file.file}`);
	console.log(`First load of the customer page: ${(bytes / 1024).toFixed(1)} KB of compressed JavaScript (${files.length} files; at most ${most / 1024} KB).`);
	if (bytes > most) process.exit(1);
}
