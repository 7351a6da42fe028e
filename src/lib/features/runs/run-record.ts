/** A run as the server gives it whole, and what follows from it. */
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { findStep } from '#domain/engine/next-step.ts';
import type { EntryRefusal } from '#domain/engine/enrol.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { forecast, type Forecast } from '#domain/engine/forecast.ts';
import type { Facts } from '#domain/engine/facts.ts';
import type { RunCause, StepState } from '#domain/engine/run.ts';
import type { Explanation } from '#domain/conditions/condition.ts';
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';

export type StepRecord = MirrorRows['step'] & { state: StepState; input: unknown; output: unknown };
export type IntentRecord = { key: string; number: number; part: number; kind: string; state: string; request: any; response: unknown; error: string | null; attempts: number; firstAt: number | null; settledAt: number | null; providerId: string | null };
export type RunEventRecord = { n: number; type: string; data: any; at: number };
/** Something that the run changed, as it was recorded: `data` has the value before. */
export type RunChange = { type: string; subjectId: string; at: number; data: Record<string, unknown> };
export type RunInFull = {
	run: MirrorRows['run'] & { cause: RunCause & { filters?: Explanation }; vars: Record<string, unknown>; lineage: string[] };
	definition: PlaybookDefinition | null;
	/** The versions that it was moved from (BE2); absent from an older memory of this device. */
	earlier?: { version: number; definition: PlaybookDefinition }[];
	steps: StepRecord[];
	intents: IntentRecord[];
	events: RunEventRecord[];
	/** What it changed of its customer, in order; absent from an older memory of this device. */
	changes?: RunChange[];
	/** Playbooks that it led to and that did not take the record, with the lineage that was looked at (R19); absent from an older memory of this device. */
	keptOut?: { playbookId: string; code: EntryRefusal; at: number; lineage: string[] }[];
};
type Mirror = { settings: WorkspaceSettings; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined; rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][] };

/** A step as the run's version has it, else as one that it was moved from had it. */
export const anyStep = (record: RunInFull, stepId: string): Step | null =>
	[record.definition, ...(record.earlier ?? []).map(({ definition }) => definition).reverse()].reduce<Step | null>((found, definition) => found ?? (definition && findStep(definition, stepId)), null);

/** The version that a step was done in: the run's, unless it was moved since. */
export function versionOf({ run, events }: RunInFull, { number }: Pick<StepRecord, 'number'>): number {
	const moves = events.filter(({ type }) => type === 'migrated' || type === 'migration-undone').map(({ data }) => data as { from: number; to: number; number: number; toStepId?: string });
	// What a move left behind was the old version's; what it kept is the new one's.
	const next = moves.find((move) => (move.toStepId === undefined ? move.number > number : move.number >= number));
	return next?.from ?? run.version;
}

/** A step as the version had it that it was done in. */
export function stepAsItWas(record: RunInFull, done: StepRecord): Step | null {
	const definition = definitionOf(record, done);
	return (definition && findStep(definition, done.stepId)) ?? anyStep(record, done.stepId);
}

/** The version that a step was done in, whole. */
export function definitionOf(record: RunInFull, done: StepRecord): PlaybookDefinition | null {
	const version = versionOf(record, done);
	return version === record.run.version ? record.definition : (record.earlier?.find((one) => one.version === version)?.definition ?? null);
}

/** What was done at steps that the run's version doesn't have, by the version that had them (BE2). */
export function doneEarlier(record: RunInFull): { version: number; steps: { done: StepRecord; step: Step }[] }[] {
	const groups = new Map<number, { done: StepRecord; step: Step }[]>();
	for (const done of record.steps) {
		if (record.definition && findStep(record.definition, done.stepId)) continue;
		const step = stepAsItWas(record, done);
		if (step) groups.set(versionOf(record, done), [...(groups.get(versionOf(record, done)) ?? []), { done, step }]);
	}
	return [...groups].map(([version, steps]) => ({ version, steps }));
}

/** The last record of each step of the playbook: a retry is a new one. */
export const lastByStep = (record: RunInFull): Map<string, StepRecord> => new Map(record.steps.map((step) => [step.stepId, step]));

/** What a step of the record did, and what it asked for at an earlier pass that nobody has settled (R12). */
export const intentsOf = (record: RunInFull, { number, stepId }: StepRecord): IntentRecord[] => {
	const passes = new Set(record.steps.filter((step) => step.stepId === stepId).map((step) => step.number));
	return record.intents.filter((intent) => intent.number === number || (intent.state === 'unknown' && passes.has(intent.number)));
};

/** Steps of the playbook that asked for something in this run whose outcome nobody knows. */
export const lostSteps = (record: RunInFull): string[] => {
	const lost = new Set(record.intents.filter(({ state }) => state === 'unknown').map(({ number }) => number));
	return record.steps.filter(({ number }) => lost.has(number)).map(({ stepId }) => stepId);
};

/** Whether something of the last step may be on its way: it was begun, and nobody knows yet how it went. */
export const isSending = ({ steps, intents }: RunInFull): boolean => intents.some(({ number, state, firstAt }) => number === steps.at(-1)?.number && state === 'sending' && firstAt !== null);

/** What is coming, by step, if nothing changes. Nothing for a run that ended or is stuck. */
export function coming(record: RunInFull, run: MirrorRows['run'], mirror: Mirror): Map<string, Forecast> {
	const facts = factsOf(record, mirror);
	const last = record.steps.at(-1);
	if (!record.definition || !facts || !last || run.endedAt !== null || run.state === 'failed') return new Map();
	const told = forecast(record.definition, { stepId: last.stepId, dueAt: last.dueAt }, facts, Date.now());
	return new Map(told.map((step) => [step.stepId, step]));
}

function factsOf(record: RunInFull, mirror: Mirror): Facts | null {
	const customer = mirror.row('customer', record.run.subjectId);
	if (!customer) return null;
	const contacts = mirror.rows('contact').filter((contact) => contact.customerId === customer.id);
	const touches = mirror.rows('interaction').filter((interaction) => interaction.customerId === customer.id);
	const lastTouchAt = touches.reduce<number | null>((last, { at }) => Math.max(last ?? at, at), null);
	return factsFromRows({ customer, contacts, lastTouchAt }, mirror.settings, { run: record.run });
}
