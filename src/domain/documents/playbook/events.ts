/** What a playbook's document records: that it was made. Its drafts are compared version by version (difference.ts), its life is told by commands. */
import type { EventDraft, Projection } from '../document-type.ts';

export function events(before: Projection | null, after: Projection): EventDraft[] {
	const now = after.find((row) => row.table === 'playbook');
	if (now === undefined || before?.some((row) => row.table === 'playbook')) return [];
	return [{ path: 'meta', type: 'playbook.created', subjectType: 'playbook', subjectId: now.id, customerId: null, data: { name: now.values.name } }];
}
