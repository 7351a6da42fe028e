/** `g` then a letter goes to a place (screens.md). Pure: the caller gives each key and its time. */
const patience = 1_200;

/** Reads one key after another; returns the letter that followed a `g` within 1.2 s, else null. */
export function goKeys(): (key: string, at: number) => string | null {
	let armedAt = -Infinity;
	return (key, at) => {
		const isArmed = at - armedAt <= patience;
		armedAt = key === 'g' && !isArmed ? at : -Infinity;
		return isArmed && key.length === 1 ? key : null;
	};
}
