/** A run as the server gives it whole, and what follows from it. */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
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
export type RunInFull = {
	run: MirrorRows['run'] & { cause: RunCause & { filters?: Explanation }; vars: Record<string, unknown>; lineage: string[] };
	definition: PlaybookDefinition | null;
	steps: StepRecord[];
	intents: IntentRecord[];
	events: RunEventRecord[];
	/** Playbooks that it led to and that did not take the record, with the lineage that was looked at (R19); absent from an older memory of this device. */
	keptOut?: { playbookId: string; code: EntryRefusal; at: number; lineage: string[] }[];
};
type Mirror = { settings: WorkspaceSettings; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined; rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][] };

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
