/** What can be ordered of a run as this device knows it, by the rule that the server decides by (ADR 24), and why not. */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { control, type Order, type Standing } from '#domain/engine/control.ts';
import { isLive, type ListedRun } from '#domain/engine/listed-run.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import type { OrderKind } from './orders.ts';

type Step = Pick<MirrorRows['step'], 'number' | 'stepId' | 'state' | 'dueAt'>;
/** `definition`, `lost` and `isSending` (Standing) when they are known: a list knows none of them. */
export type Known = { definition?: PlaybookDefinition | null; lost?: readonly string[]; isSending?: boolean; timeZone: string; now: number };

/** A step that waits has no job but what has come meanwhile, which only the server knows: it is taken as still waiting; and what stands as unknown as not settled. */
export const standingOf = (run: ListedRun, last: Step | undefined, { definition = null, lost = last?.state === 'unknown' ? [last.stepId] : [], isSending = false, timeZone, now }: Known): Standing => ({
	definition,
	run: { state: run.state, epoch: run.epoch, hasErrors: run.hasErrors, pausedAt: run.pausedAt ?? null },
	step: last ?? null,
	hasJob: last?.state === 'scheduled',
	isPutOff: run.state === 'running' && last?.state === 'scheduled' && (run.nextDueAt ?? 0) > now,
	isSending,
	lost,
	timeZone,
	now,
});

/** What is known of the others: whether a playbook takes new records, and whether a customer is in it. */
export type Others = { isActive: (playbookId: string) => boolean; isIn: (playbookId: string, customerId: string) => boolean };

/** The code of why an order can't be given; null when it can. `stepId`: where a jump leads. */
export function whyNot(kind: OrderKind, run: ListedRun, standing: Standing, others: Others, stepId = ''): string | null {
	if (kind === 'again') return isLive(run) ? 'still-running' : !others.isActive(run.playbookId) ? 'not-active' : others.isIn(run.playbookId, run.subjectId) ? 'running' : null;
	const order: Order = kind === 'jump' ? { kind, stepId } : kind === 'resume' ? { kind, missed: 'shift' } : { kind };
	const decided = control(order, standing);
	return decided.isAllowed ? null : decided.code;
}
