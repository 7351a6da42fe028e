/**
 * Schedules that once broke something, shortened, each with what was wrong: they are run first, for ever. They are kept whole, not as seeds: a
 * change of the generator changes what a seed means. What was found is also proven by a test of its own, near the code that was wrong.
 */
import type { Schedule } from './schedule.ts';

export const found: readonly { was: string; schedule: Schedule }[] = [
	{
		was: 'what a full device kept in one tab’s memory never reached the tab that had opened the document before it (test/lib/sync/tabs-document.test.ts)',
		schedule: {
			seed: 164,
			people: 1,
			gadgets: 2,
			types: ['playbook', 'template'],
			hasLists: false,
			operations: [
				{ what: 'role', after: 163, r: 1043091108, who: 316, doc: 383 },
				{ what: 'device-full', after: 112, r: 1550794252, who: 262, doc: 994 },
				{ what: 'edit', after: 8, r: 184954100, who: 573, doc: 319 },
				{ what: 'token-late', after: 2003, r: 306587471, who: 876, doc: 458 },
				{ what: 'wake', after: 32, r: 1538978504, who: 400, doc: 827 },
				{ what: 'cut', after: 311, r: 260253535, who: 264, doc: 992 },
				{ what: 'other-tab', after: 17, r: 2119305658, who: 222, doc: 337 },
				{ what: 'edit', after: 2017, r: 1869675589, who: 974, doc: 854 },
			],
		},
	},
];
