/** Colours that people choose for stages, tags and each other. */
export const hues = ['grey', 'red', 'orange', 'amber', 'green', 'teal', 'blue', 'violet', 'pink', 'brown'] as const;
export type Hue = (typeof hues)[number];

const isHue = (name: string): name is Hue => (hues as readonly string[]).includes(name);

/** A CSS colour for a chosen hue's name; a literal `#rrggbb` is lightened in the dark, anything else is grey. */
export function hueColour(colour: string | null | undefined): string {
	if (!colour) return 'var(--color-hue-grey)';
	if (isHue(colour)) return `var(--color-hue-${colour})`;
	// A literal was chosen on a light ground: on a dark one it is lightened, to be seen as well.
	return /^#[0-9a-f]{6}$/i.test(colour) ? `light-dark(${colour}, color-mix(in oklab, ${colour}, white 35%))` : 'var(--color-hue-grey)';
}
