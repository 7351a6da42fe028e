/** What choosing widgets (Select, Combobox, Menu) are given, and how they search it. */
import type { Component } from 'svelte';

export type Option = {
	value: string;
	label: string;
	/** A second, quieter line. */
	hint?: string;
	/** A hue's name or `#rrggbb`: drawn as a dot. */
	colour?: string;
	icon?: Component<any>;
	isDisabled?: boolean;
};

/** The value of the line in a Combobox that makes what was typed. */
export const creating = '\u0000create';

/** Lower case without accents: `Éclair` is found by `ecl`. */
export const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Options whose label or hint contains every word of the query; those that begin with it come first. At most `limit`. */
export function searchOptions<T extends Option>(options: readonly T[], query: string, limit = 100): T[] {
	const words = folded(query).split(/\s+/).filter(Boolean);
	if (words.length === 0) return options.slice(0, limit);
	const first = folded(query.trim());
	const found: { option: T; rank: number }[] = [];
	for (const option of options) {
		const label = folded(option.label);
		const text = option.hint ? `${label} ${folded(option.hint)}` : label;
		if (words.every((word) => text.includes(word))) found.push({ option, rank: label.startsWith(first) ? 0 : 1 });
	}
	return found
		.sort((a, b) => a.rank - b.rank)
		.slice(0, limit)
		.map((f) => f.option);
}
