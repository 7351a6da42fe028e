import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { messageOptions } from './scripts/messages.ts';

export default defineConfig({
	plugins: [
		paraglideVitePlugin(messageOptions),
		tailwindcss(),
		sveltekit(),
	],
	// better-auth is bundled (it peers with svelte), so its own zod must be too: left outside, an older one at the top would be taken.
	ssr: { noExternal: ['zod'] },
	// The database's tables and the domain are reached by package.json `imports`, which Vite resolves like Node does.
	server: { fs: { allow: ['.'] } },
});
