/** What every control of a form is given, and which one edits what (actions/action.ts, Control). */
import type { GenericSchema } from 'valibot';
import type { FieldLink } from '$lib/ui/Field.svelte';
import type { Draft } from '../draft.svelte.ts';

export type ControlProps<Value = unknown> = {
	link: FieldLink;
	value: Value;
	/** The other parameters of the same form. */
	params: Record<string, unknown>;
	schema: GenericSchema;
	label: string;
	isReadOnly: boolean;
	/** Answers why not, in words. */
	onchange: (value: unknown) => unknown;
	draft: Draft;
	/** The step, or 'trigger'. */
	at: string;
	param: string;
};

/** A list of texts, whatever is there. */
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
