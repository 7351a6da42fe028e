import { describe, expect, it } from 'vitest';
import { statusOf, type DocumentFacts } from '../../../src/lib/sync/document-status.ts';
import { unshared } from '../../../src/lib/sync/document-sharing.ts';
import { lightOf, type Lit } from '../../../src/lib/sync/light.ts';

const facts: DocumentFacts = { shared: unshared, waiting: 1, isStored: true, storage: null, problem: null, isReady: true, isNewer: false, isOutOfReach: false, isAwaited: () => false, mayEdit: true };
const ended = { ...unshared, link: { state: 'ended', reason: 'not-found' } } as const;

describe('SY4: what is said of a document', () => {
	it.each<[string, Partial<DocumentFacts>, string, string | null]>([
		['an edit that is here', {}, 'waiting', null],
		['an edit that isn’t here yet', { isStored: false }, 'saving', null],
		['one that the device can’t take', { isStored: false, storage: 'storage-full' }, 'cannot', 'storage-full'],
		['one whose room refuses it stays so while more is written: what tries that room again goes by this', { isStored: false, shared: ended }, 'cannot', 'not-found'],
		['one whose room is still to be made', { isStored: false, shared: ended, isAwaited: () => true }, 'saving', null],
	])('%s', (_, changes, state, reason) => {
		expect(statusOf({ ...facts, ...changes })).toMatchObject({ state, reason, waiting: 1 });
	});
});

describe('SY4: the light', () => {
	const stuck = statusOf({ ...facts, shared: ended });
	const lit: Lit = { documents: [stuck], commands: 0, isSaving: false, problem: null, error: null, isCurrent: true, isOffline: false };
	it('says that changes stay on this device only once they are there', () => {
		expect([lightOf(lit), lightOf({ ...lit, isSaving: true }), lightOf({ ...lit, isSaving: true, problem: 'storage-full' })]).toMatchObject([
			{ state: 'cannot', reason: 'not-found' },
			{ state: 'saving', reason: null },
			{ state: 'cannot', reason: 'not-found' },
		]);
	});
});
