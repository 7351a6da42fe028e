import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lib = fileURLToPath(new URL('./src/lib', import.meta.url));

export default defineConfig({
	test: {
		projects: [
			{ test: { name: 'domain', include: ['test/domain/**/*.test.ts'] } },
			{ test: { name: 'db', include: ['test/db/**/*.test.ts'] } },
			{ plugins: [svelte()], resolve: { alias: { $lib: lib }, conditions: ['browser'] }, test: { name: 'lib', include: ['test/lib/**/*.test.ts'] } },
			{ resolve: { alias: { $lib: lib } }, test: { name: 'server', include: ['test/server/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 } },
			// Real rooms, one host at a time: two cores serve workerd, the store and the clients.
			{ test: { name: 'party', include: ['test/party/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 } },
			{ test: { name: 'e2e', include: ['test/{e2e,walk}/**/*.test.ts'], fileParallelism: false, testTimeout: 180_000, hookTimeout: 300_000 } },
		],
	},
});
