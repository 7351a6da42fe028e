import adapter from '@sveltejs/adapter-cloudflare';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({
			routes: { include: ['/*'], exclude: ['<all>'] },
			// `npm run dev` writes the settings there; without it wrangler.jsonc is read.
			platformProxy: { persist: false, ...(process.env.CUEBOOK_APP_CONFIG ? { configPath: process.env.CUEBOOK_APP_CONFIG } : {}) },
		}),
		serviceWorker: { register: false },
		// The worker answers every address with the one shell it keeps: what that asks for must not depend on where it is opened.
		paths: { relative: false },
	},
};
