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
	{
		was: 'a tab of somebody taken out wiped the device while another one, offline, went on: what was edited there was kept without what it stood on (test/lib/sync/taken-off.test.ts)',
		schedule: {
			seed: 5000979,
			people: 3,
			gadgets: 3,
			types: ['playbook', 'note'],
			hasLists: false,
			operations: [
				{ what: 'edit', after: 112, r: 178898576, who: 931, doc: 162 },
				{ what: 'offline', after: 10, r: 934566730, who: 366, doc: 506 },
				{ what: 'edit', after: 309, r: 426621639, who: 432, doc: 292 },
				{ what: 'sleep-room', after: 121, r: 1082562658, who: 703, doc: 661 },
				{ what: 'kill-tab', after: 5, r: 704440848, who: 660, doc: 360 },
				{ what: 'edit', after: 13, r: 317838642, who: 250, doc: 643 },
				{ what: 'cut', after: 716, r: 1065157818, who: 878, doc: 906 },
				{ what: 'remove', after: 705, r: 1586347227, who: 331, doc: 909 },
				{ what: 'online', after: 26, r: 823628659, who: 171, doc: 105 },
				{ what: 'edit', after: 71, r: 620185011, who: 528, doc: 989 },
				{ what: 'other-tab', after: 3, r: 1714031106, who: 764, doc: 896 },
				{ what: 'two-rooms', after: 15, r: 407237235, who: 569, doc: 780 },
			],
		},
	},
	{
		was: 'a tab that had not heard of a change of role yet kept its lists over those of the tab that had, and then took all off the device: lists were empty, here and after a reload (test/lib/sync/tabs-device.test.ts)',
		schedule: {
			seed: 619845598,
			people: 2,
			gadgets: 2,
			types: ['customer', 'note'],
			hasLists: true,
			operations: [
				{ what: 'wake', after: 111, r: 1106694980, who: 696, doc: 145 },
				{ what: 'edit', after: 67, r: 1391706124, who: 674, doc: 303 },
				{ what: 'command', after: 17, r: 399374684, who: 431, doc: 860 },
				{ what: 'kill-room', after: 2003, r: 388393548, who: 742, doc: 655 },
				{ what: 'edit', after: 125, r: 1787402877, who: 343, doc: 864 },
				{ what: 'other-tab', after: 5, r: 1568725630, who: 241, doc: 178 },
				{ what: 'all-leave', after: 704, r: 914295515, who: 490, doc: 297 },
				{ what: 'edit', after: 18, r: 1298485291, who: 585, doc: 976 },
				{ what: 'offline', after: 69, r: 3343851, who: 182, doc: 945 },
				{ what: 'kill-room', after: 68, r: 293648747, who: 297, doc: 803 },
				{ what: 'edit', after: 704, r: 1439237530, who: 389, doc: 33 },
				{ what: 'wake', after: 118, r: 677735638, who: 87, doc: 565 },
				{ what: 'burst', after: 21, r: 4944956, who: 886, doc: 705 },
				{ what: 'role', after: 16, r: 18851660, who: 588, doc: 678 },
				{ what: 'command', after: 17, r: 736755402, who: 597, doc: 831 },
				{ what: 'offline', after: 306, r: 679409390, who: 268, doc: 476 },
			],
		},
	},
];
