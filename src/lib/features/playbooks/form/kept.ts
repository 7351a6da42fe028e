/** What was chosen or typed once and isn't among the options any more: it stays in view, and in place, until somebody takes another. */
import { folded, type Option } from '$lib/ui/options.ts';

/** The options, and those of `chosen` that are none, named by `goneLabel`. */
export const withKept = (options: readonly Option[], chosen: readonly string[], goneLabel: (value: string) => string): Option[] => [
	...options,
	...[...new Set(chosen)].filter((value) => value !== '' && !options.some((option) => option.value === value)).map((value) => ({ value, label: goneLabel(value) })),
];

/** A typed text as the option that it means: conditions on texts don't mind case (CO1). */
export const optionMeant = (options: readonly Option[], text: string): string => (options.some(({ value }) => value === text) ? text : (options.find(({ value }) => folded(value.trim()) === folded(text.trim()))?.value ?? text));
