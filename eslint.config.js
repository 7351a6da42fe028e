// The house's rules as lint: the import table of ARCHITECTURE.md, what may not be ambient in the domain, R4, and names.
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const root = dirname(fileURLToPath(import.meta.url));
const unixPath = (path) => path.split(sep).join('/');

/** Which room a file belongs to, by its path from the project's folder. */
const roomOf = (path) =>
	[
		['domain/documents', /^src\/domain\/(documents|rich-text)\//],
		['domain', /^src\/domain\//],
		['db', /^db\//],
		['party', /^party\//],
		['lib/sync', /^src\/lib\/sync(\/|$)/],
		['lib/features', /^src\/lib\/features\//],
		['lib/ui', /^src\/lib\/ui\//],
		['lib/server', /^src\/(lib\/server\/|hooks\.server)/],
		['routes', /^src\/routes\//],
		['lib', /^src\/lib\//],
	].find(([, pattern]) => pattern.test(path))?.[0] ?? null;

const isPackage = (names) => (specifier) => names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
const anyDomain = ['domain', 'domain/documents'];

// What a room may reach (rooms) and which packages it must not (or, for the domain, which alone it may).
const table = {
	'domain': { rooms: anyDomain, packages: isPackage(['valibot', 'temporal-polyfill', 'liquidjs']) },
	'domain/documents': { rooms: anyDomain, packages: isPackage(['valibot', 'temporal-polyfill', 'liquidjs', 'yjs']) },
	'db': { rooms: ['db', ...anyDomain], never: isPackage(['svelte', '@sveltejs/kit', 'partykit', 'yjs', '$app', '$env']) },
	'party': { rooms: ['party', 'db', ...anyDomain], never: isPackage(['svelte', '@sveltejs/kit', '$app', '$env']) },
	'lib/sync': { rooms: ['lib/sync', 'lib', ...anyDomain], never: isPackage(['drizzle-orm', '@libsql/client', 'libsql', 'partykit']) },
	'lib/features': { rooms: ['lib/features', 'lib/sync', 'lib/ui', 'lib', ...anyDomain], never: isPackage(['drizzle-orm', '@libsql/client', 'libsql', 'partykit']) },
	'lib/ui': { rooms: ['lib/ui', 'lib'], never: isPackage(['drizzle-orm', '@libsql/client', 'libsql', 'partykit', 'yjs']) },
	'lib/server': { rooms: ['lib/server', 'lib', 'db', ...anyDomain], never: isPackage(['partykit', 'libsql']) },
	'routes': { rooms: ['routes', 'lib', 'lib/server', 'lib/sync', 'lib/features', 'lib/ui', ...anyDomain], never: isPackage(['drizzle-orm', '@libsql/client', 'libsql', 'partykit']) },
};

/** The path that an import names, from the project's folder; null for a package. */
const targetOf = (specifier, file) => {
	const alias = { '#domain/': 'src/domain/', '#db/': 'db/', '#party/': 'party/', '$lib/': 'src/lib/' };
	for (const [prefix, folder] of Object.entries(alias)) if (specifier.startsWith(prefix)) return folder + specifier.slice(prefix.length);
	if (specifier === '$lib') return 'src/lib/';
	return specifier.startsWith('.') ? unixPath(relative(root, resolve(dirname(file), specifier))) : null;
};

// Shared by features: `flow` draws playbooks for their screens and their runs'; `decisions` tells of commands in My Actions and the sync light.
const sharedFeatures = ['flow', 'decisions'];
const featureOf = (path) => /^src\/lib\/features\/([^/]+)/.exec(path)?.[1];

/** Says why an import is against the table, or null. */
const whyNot = (specifier, file, isType) => {
	const path = unixPath(relative(root, file));
	const room = roomOf(path);
	const allowed = room && table[room];
	if (!allowed) return null;
	const target = targetOf(specifier, file);
	if (target === null) {
		const isForbidden = allowed.packages ? !allowed.packages(specifier) : allowed.never(specifier);
		return isForbidden && !(isType && room !== 'domain' && room !== 'domain/documents') ? `${room} must not import ${specifier}` : null;
	}
	const targetRoom = roomOf(target);
	if (targetRoom === null) return room.startsWith('domain') || target.startsWith('scripts/') || target.startsWith('test/') ? `${room} must not import ${target}` : null;
	if (!allowed.rooms.includes(targetRoom)) return `${room} must not import ${targetRoom} (${target})`;
	if (room === 'lib/features' && targetRoom === 'lib/features' && featureOf(path) !== featureOf(target) && !sharedFeatures.includes(featureOf(target))) return `a feature must not import another (${target})`;
	const isInnerSync = targetRoom === 'lib/sync' && room !== 'lib/sync' && !/^src\/lib\/sync\/(index\.ts|index|)$/.test(target);
	if (isInnerSync) return `only src/lib/sync/index.ts may be imported from outside it (${target})`;
	return null;
};

const house = {
	rules: {
		imports: {
			meta: { type: 'problem', schema: [] },
			create(context) {
				const check = (node, source, isType) => {
					if (typeof source?.value !== 'string') return;
					const why = whyNot(source.value, context.filename, isType);
					if (why) context.report({ node: source, message: `${why}. See the import table in ARCHITECTURE.md.` });
				};
				return {
					ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
					ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
					ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
					ImportExpression: (node) => check(node, node.source, false),
				};
			},
		},
		names: {
			meta: { type: 'problem', schema: [] },
			create: (context) => ({
				Program(node) {
					const words = unixPath(relative(root, context.filename)).split(/[/.]/);
					const vague = words.find((word) => /^(utils?|helpers?|common|managers?|services?)$/i.test(word));
					if (vague) context.report({ node, message: `“${vague}” says nothing. Name the file or folder by what it does.` });
				},
			}),
		},
	},
};

const noTransactions = {
	selector: "CallExpression[callee.property.name='transaction']",
	message: 'No interactive transactions: one batch with a guard (R4).',
};
const ambient = (object, property, instead) => ({ selector: `MemberExpression[object.name='${object}'][property.name='${property}']`, message: `The domain is pure: ${instead} is passed in.` });
const pure = [
	ambient('Date', 'now', 'the time'),
	ambient('Math', 'random', 'chance'),
	ambient('performance', 'now', 'the time'),
	ambient('Now', 'instant', 'the time'),
	{ selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The domain is pure: the time is passed in.' },
	{ selector: "MemberExpression[object.name='Temporal'][property.name='Now']", message: 'The domain is pure: the time is passed in.' },
];
const browserAndNode = ['fetch', 'crypto', 'window', 'document', 'localStorage', 'process', 'setTimeout', 'setInterval'];

export default ts.config(
	{ ignores: ['node_modules/', '.svelte-kit/', '.wrangler/', '.partykit/', '.cuebook/', 'build/', 'dist/', 'src/lib/messages/', 'db/migrations/'] },
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		files: ['**/*.svelte', '**/*.svelte.ts', '**/*.svelte.js'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
	},
	{
		plugins: { house },
		rules: {
			'house/imports': 'error',
			'house/names': 'error',
			'no-restricted-syntax': ['error', noTransactions],
			// The compiler knows the globals and the types better.
			'no-undef': 'off',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/no-explicit-any': 'off',
			'@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true, allowTaggedTemplates: true }],
			'svelte/no-navigation-without-resolve': 'off',
			// It can't tell a local Map or Date, which nobody watches, from state.
			'svelte/prefer-svelte-reactivity': 'off',
			'eqeqeq': ['error', 'always', { null: 'ignore' }],
		},
	},
	{
		files: ['src/domain/**/*.ts'],
		rules: {
			'no-restricted-syntax': ['error', noTransactions, ...pure],
			'no-restricted-globals': ['error', ...browserAndNode.map((name) => ({ name, message: 'The domain is pure: it is passed in.' }))],
		},
	},
	{ files: ['src/lib/ui/StillText.svelte'], rules: { 'svelte/no-at-html-tags': 'off' } },
	{ files: ['src/domain/text/*.ts'], rules: { '@typescript-eslint/triple-slash-reference': 'off' } },
	// The embedded server and its tests are what offers transactions.
	{ files: ['db/server.ts', 'db/server/**/*.ts', 'test/db/server*.test.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
