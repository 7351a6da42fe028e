import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lib = fileURLToPath(new URL('./src/lib', import.meta.url));
const svelteFile = (path: string) => fileURLToPath(new URL(`./node_modules/svelte/src/${path}`, import.meta.url));
const reactive = [
	{ find: /^svelte$/, replacement: svelteFile('index-client.js') },
	{ find: /^svelte\/reactivity$/, replacement: svelteFile('reactivity/index-client.js') },
];

/**
 * What a test waits for ends by itself (`until` of people.ts, client.ts and device-double.ts) and says what it was: a test's own time is only for
 * what hangs, on a machine that is slow and has more to do.
 */
const patience = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig({
	test: {
		projects: [
			// One worker for many files where nothing is left behind by them: half the CPU.
			{ test: { name: 'domain', isolate: false, include: ['test/domain/**/*.test.ts'], ...patience } },
			{ test: { name: 'db', isolate: false, include: ['test/db/**/*.test.ts'], ...patience } },
			// Compiled as for the browser: in Node, Svelte would take its server half, where nothing is reactive.
			{ plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })], resolve: { alias: [{ find: '$lib', replacement: lib }, ...reactive], conditions: ['browser'] }, test: { name: 'lib', include: ['test/lib/**/*.test.ts'], ...patience } },
			{ plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })], resolve: { alias: [{ find: '$lib', replacement: lib }, ...reactive], conditions: ['browser'] }, test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], ...patience } },
			{ test: { name: 'engine', include: ['test/engine/**/*.test.ts'], ...patience } },
			{ resolve: { alias: { $lib: lib } }, test: { name: 'server', isolate: false, include: ['test/server/**/*.test.ts'], ...patience } },
			// Real rooms, one host at a time: two cores serve workerd, the store and the clients.
			{ test: { name: 'party', include: ['test/party/**/*.test.ts'], fileParallelism: false, ...patience } },
			{ test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], setupFiles: ['test/e2e/failed.ts'], fileParallelism: false, ...patience } },
		],
	},
});
