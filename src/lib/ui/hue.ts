/** Colours that people choose for stages, tags and each other. */
export const hues = ['grey', 'red', 'orange', 'amber', 'green', 'teal', 'blue', 'violet', 'pink', 'brown'] as const;
export type Hue = (typeof hues)[number];

const isHue = (name: string): name is Hue => (hues as readonly string[]).includes(name);

/** A CSS colour for a chosen hue's name; a literal `#rrggbb` passes, anything else is grey. */
export function hueColour(colour: string | null | undefined): string {
	if (!colour) return 'var(--color-hue-grey)';
	if (isHue(colour)) return `var(--color-hue-${colour})`;
	return /^#[0-9a-f]{3,8}$/i.test(colour) ? colour : 'var(--color-hue-grey)';
}
