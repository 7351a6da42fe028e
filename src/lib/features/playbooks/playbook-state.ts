/** What state a playbook is in, and its numbers, from the mirror's rows. */
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';
import type { Status } from '$lib/ui/status.ts';

type Rows = { rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][]; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined };
export type PlaybookState = 'active' | 'paused' | 'inactive' | 'draft';
export type PlaybookRow = MirrorRows['playbook'] & { state: PlaybookState; version: number | null; newest: MirrorRows['playbookVersion'] | null; running: number };

export const stateLook = (state: PlaybookState): { label: string; status: Status } =>
	({
		active: { label: m.playbook_state_active(), status: 'done' },
		paused: { label: m.playbook_state_paused(), status: 'warned' },
		inactive: { label: m.playbook_state_inactive(), status: 'plain' },
		draft: { label: m.playbook_state_draft(), status: 'plain' },
	})[state] as { label: string; status: Status };

/** A playbook's versions, newest first. */
export const versionsOf = ({ rows }: Pick<Rows, 'rows'>, playbookId: string): MirrorRows['playbookVersion'][] => rows('playbookVersion').filter((row) => row.playbookId === playbookId).sort((a, b) => b.version - a.version);

/** `version`: the one that takes records, or took them last. A published one that was never activated is inactive. */
export function stateOf(mirror: Rows, playbookId: string): { state: PlaybookState; version: number | null } {
	const activation = mirror.row('activation', playbookId);
	if (activation) return { state: activation.state, version: activation.version };
	return { state: mirror.rows('playbookVersion').some((row) => row.playbookId === playbookId) ? 'inactive' : 'draft', version: null };
}

/** All playbooks with their state and numbers, in the order of their names. */
export function playbookRows(mirror: Rows, playbooks: readonly MirrorRows['playbook'][]): PlaybookRow[] {
	const newest = new Map<string, MirrorRows['playbookVersion']>();
	for (const version of mirror.rows('playbookVersion')) if (version.version > (newest.get(version.playbookId)?.version ?? 0)) newest.set(version.playbookId, version);
	const running = new Map<string, number>();
	for (const run of mirror.rows('run')) if (run.endedAt === null) running.set(run.playbookId, (running.get(run.playbookId) ?? 0) + 1);
	return playbooks.map((row) => {
		const activation = mirror.row('activation', row.id);
		const last = newest.get(row.id) ?? null;
		return { ...row, state: activation?.state ?? (last ? 'inactive' : 'draft'), version: activation?.version ?? null, newest: last, running: running.get(row.id) ?? 0 };
	});
}
