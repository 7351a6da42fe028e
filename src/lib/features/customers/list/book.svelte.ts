/** The customers that a view shows, in its order: made in steps, so that a key in the search only filters what is sorted already. */
import { familiesOf, parentsOf } from '#domain/views/family.ts';
import { missingIn, type Missing } from '#domain/views/missing.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import { mirror, session } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import { getLocale } from '$lib/messages/runtime.js';
import { sortRows } from '$lib/ui/columns.ts';
import { now } from '$lib/ui/now.svelte.ts';
import { lastTouches, usageByCustomer } from '../activity.ts';
import { deleting } from '../deleting.svelte.ts';
import { following } from '../following.svelte.ts';
import { withBulkEdits } from './bulk-overlay.ts';
import { pendingBulk } from './bulk.svelte.ts';
import { chosenColumns, columnsOf, nameColumn, type CustomerColumn, type RunCounts } from './columns.ts';
import { flatLines, sectionLines, treeLines, type Customer, type Line } from './lines.ts';
import { narrowed } from './narrow.ts';
import type { ViewState } from './view-state.svelte.ts';

const present = (rows: readonly Customer[], gone: ReadonlySet<string>): readonly Customer[] => (gone.size === 0 ? rows : rows.filter(({ id }) => !gone.has(id)));
const none: RunCounts = { active: 0, failed: 0 };

export class Book {
	#view: ViewState;
	/** Parents that somebody opened or closed by hand. */
	toggled = $state.raw<ReadonlySet<string>>(new Set());

	constructor(view: ViewState) {
		this.#view = view;
	}

	/** As the rooms have them, with bulk edits that are on their way on top, and without those that were deleted here. */
	readonly customers: readonly Customer[] = $derived(withBulkEdits(present(mirror.rows('customer'), deleting.ids), pendingBulk()));
	readonly #touches = $derived(lastTouches(mirror.rows('interaction')));
	readonly #usage = $derived(usageByCustomer(mirror.rows('usageWeek')));
	readonly #tasks = $derived(counts(mirror.rows('task')));
	readonly #runs = $derived(runCounts(mirror.rows('run')));
	readonly #parents = $derived(parentsOf(this.customers));
	readonly #families = $derived(familiesOf(this.customers, this.#parents));
	readonly missing: Missing = $derived.by(() => missingIn(this.#view.definition, mirror.settings));

	readonly allColumns: readonly CustomerColumn[] = $derived(
		columnsOf({
			settings: mirror.settings,
			lastTouch: (id) => this.#touches.get(id),
			usage: (id) => this.#usage.get(id),
			openTasks: (id) => this.#tasks.get(id) ?? 0,
			runs: (id) => this.#runs.get(id) ?? none,
			nameOf: (id) => (id ? (mirror.row('customer', id)?.name ?? null) : null),
		}),
	);
	readonly columns: readonly CustomerColumn[] = $derived.by(() => chosenColumns(this.allColumns, this.#view.definition.columns));

	// Each step only when what it reads changed: sorting not at each key.
	readonly #sort = $derived.by(() => this.#view.definition.sort);
	readonly #sorted = $derived(sortRows(this.customers, [nameColumn(), ...this.allColumns], this.#sort ?? { by: 'name', isDescending: false }, getLocale()));
	readonly #whose = $derived.by(() => this.#view.definition.whose);
	readonly #filters = $derived.by(() => this.#view.definition.filters);
	readonly #scope = $derived.by(() => this.#view.definition.scope);
	readonly #hour = $derived(Math.floor(now() / 3_600_000));
	readonly #narrowed = $derived(
		narrowed(this.#sorted, { whose: this.#whose, filters: this.#filters, scope: this.#scope }, {
			settings: mirror.settings,
			me: session.user?.id ?? null,
			followed: following.ids,
			contacts: () => mirror.rows('contact'),
			lastTouch: (id) => this.#touches.get(id),
			parents: () => this.#parents,
			now: this.#hour * 3_600_000,
		}),
	);
	readonly #text = $derived.by(() => this.#view.definition.text.trim());
	/** The customers that the view shows, in its order. */
	readonly found: readonly Customer[] = $derived.by(() => {
		if (this.#text === '') return this.#narrowed;
		const hits = mirror.searchCustomers(this.#text);
		const ids = new Set(hits.map((row) => row.id));
		const passing = this.#narrowed.filter((row) => ids.has(row.id));
		if (this.#sort !== null) return passing;
		// Best hits first, as long as nobody asked for another order.
		const by = new Map(passing.map((row) => [row.id, row]));
		return hits.flatMap((row) => by.get(row.id) ?? []);
	});
	readonly lines: readonly Line[] = $derived.by(() => {
		const { isTree, group } = this.#view.definition;
		if (isTree) return treeLines(this.#sorted, this.found, { parents: this.#parents, rollUps: this.#families.rollUps }, this.toggled);
		if (group !== null) {
			const sections = this.sectionsOf(group);
			if (sections) return sectionLines(this.found, sections.keyOf, [...sections.values, { id: null, label: m.ui_none() }]);
		}
		return flatLines(this.found);
	});

	lastTouch = (id: string): number | undefined => this.#touches.get(id);
	usage = (id: string): readonly MirrorRows['usageWeek'][] | undefined => this.#usage.get(id);
	openTasks = (id: string): number => this.#tasks.get(id) ?? 0;
	runs = (id: string): RunCounts => this.#runs.get(id) ?? none;

	/** What a field's values make as sections; null when it makes none. */
	sectionsOf(field: string): { keyOf: (customer: Customer) => string | null; values: { id: string; label: string }[] } | null {
		const { stages, people, fields } = mirror.settings;
		const named = (rows: readonly { id: string; name: string }[]) => rows.map(({ id, name }) => ({ id, label: name }));
		if (field === 'stage') return { keyOf: (row) => row.stage, values: named(stages) };
		if (field === 'owner') return { keyOf: (row) => row.owner, values: named(people) };
		const custom = fields.find(({ id }) => id === field);
		if (custom?.type !== 'choice' && custom?.type !== 'user') return null;
		return { keyOf: (row) => (row.custom[field] as string | null) ?? null, values: custom.type === 'user' ? named(people) : (custom.options ?? []) };
	}

	/** Opens or closes what is under a customer. */
	toggle(id: string): void {
		const next = new Set(this.toggled);
		if (!next.delete(id)) next.add(id);
		this.toggled = next;
	}
}

function counts(tasks: readonly MirrorRows['task'][]): Map<string, number> {
	const by = new Map<string, number>();
	for (const { customerId, state } of tasks) if (customerId && state === 'open') by.set(customerId, (by.get(customerId) ?? 0) + 1);
	return by;
}

function runCounts(runs: readonly MirrorRows['run'][]): Map<string, RunCounts> {
	const by = new Map<string, RunCounts>();
	for (const { subjectId, state } of runs) {
		if (state === 'completed' || state === 'stopped') continue;
		const of = by.get(subjectId) ?? { active: 0, failed: 0 };
		by.set(subjectId, state === 'failed' ? { ...of, failed: of.failed + 1 } : { ...of, active: of.active + 1 });
	}
	return by;
}
