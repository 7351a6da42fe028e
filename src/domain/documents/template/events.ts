/** What a template's document records: that it was made. */
import type { EventDraft, Projection } from '../document-type.ts';

export function events(before: Projection | null, after: Projection): EventDraft[] {
	const now = after.find((row) => row.table === 'template');
	if (now === undefined || before?.some((row) => row.table === 'template')) return [];
	return [{ path: 'meta', type: 'template.created', subjectType: 'template', subjectId: now.id, customerId: null, data: { name: now.values.name } }];
}
