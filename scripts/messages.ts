/** Compiles the catalogue of texts (messages/) into src/lib/messages, for whoever reads the sources before Vite did: tests, types, lint. */
import { compile } from '@inlang/paraglide-js';

/** How Vite compiles them too. */
export const messageOptions = {
	project: './project.inlang',
	outdir: './src/lib/messages',
	strategy: ['localStorage', 'preferredLanguage', 'baseLocale'] as ('localStorage' | 'preferredLanguage' | 'baseLocale')[],
	emitTsDeclarations: true,
};

if (import.meta.main) await compile(messageOptions);
