/** What happens in a world, in which order, after how long: drawn from a seed, so that it can be drawn again, and shortened. */
import { documentTypes } from '#domain/documents/index.ts';
import { below, pick, seeded } from './chance.ts';

/** `r` seeds all that is drawn while it happens, so that leaving out others changes it as little as can be. */
export type Operation = { what: What; after: number; r: number; who: number; doc: number };
export type Schedule = { seed: number; people: number; gadgets: number; types: string[]; hasLists: boolean; operations: Operation[] };

const weights = {
	edit: 34, burst: 8, open: 4, leave: 2, 'other-tab': 3, command: 6, 'server-edit': 3,
	offline: 4, online: 5, cut: 5, wake: 3, hide: 1,
	'kill-tab': 5, 'device-full': 2, 'device-well': 2, 'close-storage': 2, 'device-clock': 1,
	'kill-room': 4, 'sleep-room': 4, 'two-rooms': 3, 'all-leave': 1.5, 'disk-fails': 3, 'disk-well': 4, 'room-clock': 1,
	'store-fails': 4, 'rooms-fail': 2, role: 2, remove: 0.4, later: 3, 'token-late': 1,
};
export type What = keyof typeof weights;
const all = Object.entries(weights) as [What, number][];
const total = all.reduce((sum, [, weight]) => sum + weight, 0);

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
	const chance = seeded(seed);
	const people = 1 + below(chance, 3);
	const gadgets = Math.max(2, Math.min(3, people + below(chance, 2)));
	// Two types in a world, each of the registry's as often as the others.
	const names = Object.keys(documentTypes);
	const first = below(chance, names.length);
	const types = [names[first]!, names[(first + 1 + below(chance, names.length - 1)) % names.length]!];
	const draw = (): What => {
		let at = chance() * total;
		for (const [what, weight] of all) if ((at -= weight) < 0) return what;
		return 'edit';
	};
	const operations = Array.from({ length: 18 + below(chance, 26) }, (): Operation => ({
		what: draw(),
		after: pick(chance, [0, 0, 1, 5, 20, 60, 110, 160, 300, 700, 2_000]) + below(chance, 20),
		r: below(chance, 2 ** 31),
		who: below(chance, 1_000),
		doc: below(chance, 1_000),
	}));
	// The lists of every device, pulled at every poke, are most of the work: one world in four has them.
	return { seed, people, gadgets, types, hasLists: chance() < 0.25, operations };
}

/** A schedule as text, to read what happened. */
export const told = ({ seed, people, gadgets, types, operations }: Schedule): string =>
	[`seed ${seed}: ${people} people, ${gadgets} devices, ${types.join(' and ')}, ${operations.length} operations`, ...operations.map(({ what, after, who, doc }) => `  +${after} ms  ${what}  (device ${who % gadgets}, document ${doc})`)].join('\n');
