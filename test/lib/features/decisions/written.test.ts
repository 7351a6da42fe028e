import { expect, test } from 'vitest';
import { writtenIn } from '../../../../src/lib/features/decisions/written.ts';

test('SY3 what a person wrote is shown beside what was held: a mail’s text, a call’s notes, a task; nothing where nothing was written', () => {
	expect(writtenIn({ draftId: 'd', to: ['a@b.test'], subject: 'Renewal', html: '<p>Dear Ida,</p><p>see <a href="https://x.example">this</a></p>' })).toBe('Renewal\n\nDear Ida,\n\nsee this (https://x.example)');
	expect(writtenIn({ id: 'i', customerId: 'c', type: 'call', title: 'Renewal', body: 'She agrees' })).toBe('Renewal\n\nShe agrees');
	expect(writtenIn({ id: 't', title: 'Send the offer', description: '', customerId: 'c' })).toBe('Send the offer');
	expect(writtenIn({ taskId: 't' })).toBe('');
	expect(writtenIn(null)).toBe('');
});
