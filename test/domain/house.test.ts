import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root });

/** What lint says about a text as if it stood in that file. */
const refusals = async (filePath: string, text: string): Promise<string[]> => {
	const [result] = await eslint.lintText(text, { filePath: `${root}${filePath}` });
	return result!.messages.filter(({ ruleId }) => ruleId?.startsWith('house/') || ruleId?.startsWith('no-restricted')).map(({ message }) => message);
};
// Reading the configuration and the parsers takes a while, once.
beforeAll(() => refusals('src/domain/planted.ts', ''));

const imports = (from: string) => `import * as planted from '${from}';\nexport { planted };\n`;

test.each([
	['src/domain/planted.ts', '#db/client.ts'],
	['src/domain/planted.ts', '../../db/client.ts'],
	['src/domain/planted.ts', 'svelte'],
	['src/domain/planted.ts', 'yjs'],
	['src/domain/planted.ts', 'node:fs'],
	['src/domain/documents/customer/planted.ts', '$lib/sync/index.ts'],
	['db/planted.ts', '#party/settings.ts'],
	['db/planted.ts', '../src/lib/server/session.ts'],
	['party/planted.ts', 'svelte/store'],
	['party/planted.ts', '../src/lib/ui/Button.svelte'],
	['src/lib/sync/planted.ts', '#db/client.ts'],
	['src/lib/features/customers/planted.ts', '../../../../db/client.ts'],
	['src/lib/features/customers/planted.ts', '$lib/features/playbooks/list.ts'],
	['src/lib/features/customers/planted.ts', '../playbooks/list.ts'],
	['src/lib/features/customers/planted.ts', '$lib/sync/mirror.ts'],
	['src/lib/features/customers/planted.ts', 'drizzle-orm'],
	['src/lib/ui/planted.ts', '#domain/value.ts'],
	['src/lib/server/planted.ts', '#party/settings.ts'],
	['src/routes/planted.ts', '#db/client.ts'],
	['src/routes/planted.ts', '../../party/settings.ts'],
])('%s must not import %s', async (file, from) => {
	expect(await refusals(file, imports(from))).toEqual([expect.stringContaining('See the import table')]);
});

test.each([
	['src/domain/planted.ts', 'valibot'],
	['src/domain/planted.ts', './value.ts'],
	['src/domain/documents/customer/planted.ts', 'yjs'],
	['db/planted.ts', '#domain/value.ts'],
	['party/planted.ts', '#db/client.ts'],
	['src/lib/features/customers/planted.ts', '$lib/sync/index.ts'],
	['src/lib/features/customers/planted.ts', './list.ts'],
	['src/lib/server/planted.ts', '#db/client.ts'],
	['src/routes/planted.ts', '$lib/server/session.ts'],
])('%s may import %s', async (file, from) => {
	expect(await refusals(file, imports(from))).toEqual([]);
});

test.each(['Date.now()', 'new Date()', 'Math.random()', 'Temporal.Now.instant()', "fetch('/x')", 'crypto.randomUUID()', 'setTimeout(() => 1, 1)'])('the domain is pure: no %s', async (code) => {
	expect(await refusals('src/domain/planted.ts', `export const planted = () => ${code};\n`)).toEqual([expect.stringContaining('The domain is pure')]);
});

test('R4: no interactive transactions outside the embedded server', async () => {
	const code = 'export const planted = (db: { transaction(): void }) => db.transaction();\n';
	for (const file of ['db/planted.ts', 'party/planted.ts', 'src/lib/server/planted.ts']) expect(await refusals(file, code)).toEqual([expect.stringContaining('R4')]);
	expect(await refusals('db/server.ts', code)).toEqual([]);
});

test.each(['src/lib/utils.ts', 'party/helpers/log.ts', 'db/common.ts', 'src/domain/manager.ts', 'src/lib/server/service.ts'])('no file is called %s', async (file) => {
	expect(await refusals(file, 'export const planted = 1;\n')).toEqual([expect.stringContaining('says nothing')]);
});
