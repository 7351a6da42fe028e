/** Registries are explicit maps (design.md, The house): each file that makes an entry stands in its folder's map, under its own name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { actions } from '#domain/actions/index.ts';
import { isMail } from '#domain/documents/playbook/shape.ts';
import { triggers } from '#domain/triggers/index.ts';

type Entry = { type: string };
const domain = fileURLToPath(new URL('../../src/domain/', import.meta.url));
const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && typeof (value as Entry).type === 'string' && ['schema', 'args', 'seed'].some((key) => key in value);
const load = (path: string): Promise<Record<string, unknown>> => import(join(domain, path)) as Promise<Record<string, unknown>>;

/** The modules of a registry: its files, or its folders' index.ts when it is one of folders. */
const modulesOf = (folder: string): string[] =>
	readdirSync(join(domain, folder), { withFileTypes: true }).flatMap((item) => {
		if (item.isDirectory()) return existsSync(join(domain, folder, item.name, 'index.ts')) ? [join(folder, item.name, 'index.ts')] : [];
		return item.name.endsWith('.ts') && item.name !== 'index.ts' ? [join(folder, item.name)] : [];
	});

describe.each(['documents', 'actions', 'triggers', 'commands'])('the registry of %s', (folder) => {
	const registryOf = async (): Promise<Record<string, Entry>> => {
		const maps = Object.values(await load(join(folder, 'index.ts'))).filter((value) => typeof value === 'object' && value !== null && Object.values(value).length > 0 && Object.values(value).every(isEntry));
		expect(maps).toHaveLength(1);
		return maps[0] as Record<string, Entry>;
	};

	test('has every entry that a file makes, and nothing else', async () => {
		const registry = await registryOf();
		const made = (await Promise.all(modulesOf(folder).map(async (path) => Object.values(await load(path)).filter(isEntry)))).flat();
		expect(made.length).toBeGreaterThan(0);
		expect(new Set(Object.values(registry))).toEqual(new Set(made));
	});

	test('knows each by its type, which is the name of its file', async () => {
		for (const [key, entry] of Object.entries(await registryOf())) {
			expect(entry.type).toBe(key);
			expect([`${folder}/${key}.ts`, `${folder}/${key}/index.ts`].some((path) => existsSync(join(domain, path)))).toBe(true);
		}
	});
});

test('a document type has the files that every type has, and edits by their names', async () => {
	const { documentTypes } = await import('#domain/documents/index.ts');
	for (const [name, type] of Object.entries(documentTypes)) {
		for (const file of ['shape', 'edits', 'projection', 'events', 'heal']) expect(existsSync(join(domain, 'documents', name, `${file}.ts`)), `${name}/${file}.ts`).toBe(true);
		for (const edit of Object.keys(type.edits)) expect(edit).toMatch(/^[a-z]+(-[a-z]+)*$/);
	}
});

test('what the protocol promises as edits is there', async () => {
	const { documentTypes } = await import('#domain/documents/index.ts');
	const words = readFileSync(join(domain, '../../docs/protocol.md'), 'utf8').split('## Edits')[1]!;
	for (const type of ['customer', 'playbook'] as const) {
		const part = words.split(`\`${type}\`: `)[1]!.split('Rich text')[0]!;
		const missing = Object.keys(documentTypes[type].edits).filter((edit) => !part.includes(edit));
		expect(missing, `edits of ${type} that docs/protocol.md doesn't name`).toEqual([]);
	}
});

const controlsOf = (schema: unknown): string[] => {
	const { pipe = [], wrapped } = schema as { pipe?: { kind: string; type: string; metadata?: { control?: string } }[]; wrapped?: unknown };
	return [...pipe.flatMap((one) => (one.kind === 'metadata' && one.metadata?.control ? [one.metadata.control] : [])), ...(wrapped ? controlsOf(wrapped) : [])];
};

test('actions whose form has rich text are those whose steps hold texts that are written together', () => {
	for (const [type, action] of Object.entries(actions)) {
		const { entries } = action.schema as unknown as { entries: Record<string, unknown> };
		const rich = Object.entries(entries).filter(([, schema]) => controlsOf(schema).includes('rich-text')).map(([param]) => param);
		expect(rich, type).toEqual(isMail(type) ? ['body'] : []);
		if (isMail(type)) expect(Object.keys(entries)).toContain('subject');
	}
});

test('what an action or a trigger begins with are params that its schema knows', () => {
	for (const [type, { schema, initial }] of [...Object.entries(actions), ...Object.entries(triggers)]) {
		const entries = (schema as unknown as { entries?: Record<string, unknown> }).entries;
		if (entries !== undefined) for (const param of Object.keys(initial())) expect(Object.keys(entries), type).toContain(param);
	}
});
