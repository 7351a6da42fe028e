import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lib = fileURLToPath(new URL('./src/lib', import.meta.url));
const svelteFile = (path: string) => fileURLToPath(new URL(`./node_modules/svelte/src/${path}`, import.meta.url));
const reactive = [
	{ find: /^svelte$/, replacement: svelteFile('index-client.js') },
	{ find: /^svelte\/reactivity$/, replacement: svelteFile('reactivity/index-client.js') },
];

export default defineConfig({
	test: {
		projects: [
			// One worker for many files where nothing is left behind by them: half the CPU. Milliseconds alone; properties gave way to browsers and rooms beside them for longer than the default 5 s on a busy machine.
			{ test: { name: 'domain', isolate: false, include: ['test/domain/**/*.test.ts'], testTimeout: 60_000 } },
			{ test: { name: 'db', isolate: false, include: ['test/db/**/*.test.ts'], testTimeout: 60_000 } },
			// Compiled as for the browser: in Node, Svelte would take its server half, where nothing is reactive.
			{ plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })], resolve: { alias: [{ find: '$lib', replacement: lib }, ...reactive], conditions: ['browser'] }, test: { name: 'lib', include: ['test/lib/**/*.test.ts'], testTimeout: 60_000 } },
			{ plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })], resolve: { alias: [{ find: '$lib', replacement: lib }, ...reactive], conditions: ['browser'] }, test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], testTimeout: 300_000 } },
			{ test: { name: 'engine', include: ['test/engine/**/*.test.ts'], testTimeout: 120_000 } },
			{ resolve: { alias: { $lib: lib } }, test: { name: 'server', include: ['test/server/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 30_000 } },
			// Real rooms, one host at a time: two cores serve workerd, the store and the clients.
			{ test: { name: 'party', include: ['test/party/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 } },
			{ test: { name: 'e2e', include: ['test/{e2e,walk}/**/*.test.ts'], fileParallelism: false, testTimeout: 180_000, hookTimeout: 300_000 } },
		],
	},
});
