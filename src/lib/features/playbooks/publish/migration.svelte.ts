/** A move of running runs to another version (BE2): the map that a person draws, what it would do, and why a run stays. */
import { call, newId } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import type { MigrationPreview, MigrationStep } from '#domain/commands/preview-migration.ts';
import type { Placement } from '#domain/engine/migrate.ts';
import type { MirrorRows } from '#domain/mirror.ts';

/** Why a run stays on its version, or can't go back to it. */
const reasons: Record<string, () => string> = {
	'on-its-way': m.migrate_why_on_its_way, 'changed-meanwhile': m.migrate_why_on_its_way, 'settle-first': m.migrate_why_settle_first, 'not-mapped': m.migrate_why_not_mapped, 'no-such-step': m.migrate_why_not_mapped, 'no-step': m.migrate_why_not_mapped,
	'not-the-same': m.migrate_why_not_the_same, stays: m.migrate_why_stays, 'gone-on': m.migrate_why_gone_on, 'controlled-since': m.migrate_why_controlled, 'parent-went-on': m.migrate_why_parent,
	'entered-again': m.migrate_why_entered_again, 'record-gone': m.migrate_why_record_gone, archived: m.migrate_why_archived,
};
export const reasonText = (code: string): string => reasons[code]?.() ?? code;

/** A choice as a list's value, and back. */
const valueOf = (placement: Placement): string => (placement.how === 'move' ? `move:${placement.to}` : placement.how);
const placementOf = (value: string): Placement => (value.startsWith('move:') ? { how: 'move', to: value.slice(5) } : { how: value as 'keep' | 'end' | 'stay' });

const sum = (outcomes: MigrationStep['outcomes'], pick: (outcome: string) => boolean): number => Object.entries(outcomes).reduce((total, [outcome, count]) => total + (pick(outcome) ? count : 0), 0);
const moves = new Set(['keep', 'move', 'end']);

/** The map of one move, counted by the server whenever it changes: by the rule that carries it out. */
export class MigrationPlan {
	readonly #about: { playbookId: string; version: number };
	preview = $state.raw<MigrationPreview | null>(null);
	hasFailed = $state(false);
	map = $state.raw<Record<string, Placement>>({});
	/** Why, in a person's words. */
	reason = $state('');
	#asked = 0;

	constructor(playbookId: string, version: number) {
		this.#about = { playbookId, version };
	}

	/** What the command takes. */
	get args() {
		return { ...this.#about, map: this.map, reason: this.reason.trim() };
	}

	/** Counts by outcome; `stay` for every reason to. */
	get totals(): { keep: number; move: number; end: number; stay: number } {
		const of = (pick: (outcome: string) => boolean) => (this.preview?.steps ?? []).reduce((total, { outcomes }) => total + sum(outcomes, pick), 0);
		return { keep: of((one) => one === 'keep'), move: of((one) => one === 'move'), end: of((one) => one === 'end'), stay: of((one) => !moves.has(one)) };
	}

	/** How many would move. */
	get count(): number {
		const { keep, move, end } = this.totals;
		return keep + move + end;
	}

	/** What is chosen for a step: without a word of a person's, it is kept where that can be. */
	chosen = ({ stepId, isSame }: MigrationStep): string => valueOf(this.map[stepId] ?? { how: isSame ? 'keep' : 'stay' });

	choose(stepId: string, value: string): void {
		this.map = { ...this.map, [stepId]: placementOf(value) };
	}

	/** Asks the server, in an effect: again for each map. The answer to an older map is dropped. */
	async ask(): Promise<void> {
		const asked = ++this.#asked;
		this.hasFailed = false;
		const answer = await call('/api/commands', { id: newId('command'), type: 'preview-migration', args: { ...this.#about, map: this.map } });
		if (asked !== this.#asked) return;
		const outcome = answer.ok ? (answer.value as { status: string; result?: MigrationPreview }) : null;
		if (outcome?.status === 'accepted' && outcome.result) this.preview = outcome.result;
		else this.hasFailed = true;
	}
}

/** Why some at a step stay where they are, other than because somebody wants them to. */
export const keptBack = ({ outcomes }: MigrationStep): { code: string; count: number }[] => Object.entries(outcomes).flatMap(([code, count]) => (moves.has(code) || code === 'stays' || code === 'not-mapped' ? [] : [{ code, count }]));

/** Runs under way on another version, as the device knows them. */
export const elsewhere = (runs: readonly MirrorRows['run'][], playbookId: string, version: number): number => runs.filter((run) => run.playbookId === playbookId && run.endedAt === null && run.version !== version).length;
