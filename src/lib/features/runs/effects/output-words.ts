/** What a step that asked nothing of the world came to, in words, and whom its mails left out. */
import type { Step } from '#domain/documents/playbook/definition.ts';
import { m } from '$lib/messages/messages.js';
import { branchTitle } from '$lib/features/flow/titles.ts';
import type { Names } from '$lib/features/flow/values.ts';
import { formatExact } from '$lib/ui/formats.ts';
import { locale } from '$lib/ui/locale.ts';
import type { StepRecord } from '../run-record.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A wait by its end, a split by its branch, a change of nobody as such; nothing for what says nothing. */
export function outputLines(step: Step | null, output: unknown, names: Names): string[] {
	if (!isRecord(output)) return [];
	if (typeof output.until === 'number') return [m.output_waited({ when: formatExact(output.until, locale(), names.settings.timeZone) })];
	if ('branch' in output) return [branchText(step, output, names)];
	return output.contacts === 0 ? [m.output_no_contacts()] : [];
}

function branchText(step: Step | null, { branch, name }: Record<string, unknown>, names: Names): string {
	if (branch === null) return m.output_no_branch();
	const taken = step?.kind === 'split' ? step.branches.find(({ id }) => id === branch) : undefined;
	return m.output_branch({ name: taken ? branchTitle(taken, names, step as Extract<Step, { kind: 'split' }>) : String(name ?? '') || m.branch_unset() });
}

/** Contacts that a mail was meant for and that have no address. */
export function leftOutLines(input: unknown): string[] {
	const notes = isRecord(input) && isRecord(input.notes) ? input.notes : {};
	return Array.isArray(notes.without) && notes.without.length > 0 ? [m.effect_without({ names: notes.without.map(String).join(', ') })] : [];
}

/** All that is told of a step besides its intents. */
export const stepLines = (step: Step | null, { input, output }: Pick<StepRecord, 'input' | 'output'>, names: Names, hasIntents: boolean): string[] => [...leftOutLines(input), ...(hasIntents ? [] : outputLines(step, output, names))];
