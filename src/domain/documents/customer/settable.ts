/** Whether a customer's field can take a value in this workspace: what the document itself doesn't know (stages, people, options). */
import type { WorkspaceSettings } from '../../settings.ts';
import { isBlank } from '../../value.ts';
import { fixedFields } from './shape.ts';

/** Why not, as a code, with what was asked for. */
export type FieldRefusal = { code: 'unknown-field' | 'blank-name' | 'unknown-stage' | 'unknown-user' | 'unknown-option'; detail?: Record<string, string> };

/** A field that can't take the value (any more: its stage, person or option is gone), or null. */
export function refusalOf(field: string, value: unknown, settings: WorkspaceSettings): FieldRefusal | null {
	const custom = settings.fields.find((one) => one.subject === 'customer' && one.id === field);
	if (!custom && !fixedFields('customer').includes(field)) return { code: 'unknown-field', detail: { field } };
	if (isBlank(value)) return field === 'name' ? { code: 'blank-name' } : null;
	if (field === 'stage' && !settings.stages.some(({ id }) => id === value)) return { code: 'unknown-stage', detail: { stage: String(value) } };
	if ((field === 'owner' || custom?.type === 'user') && !settings.people.some(({ id }) => id === value)) return { code: 'unknown-user', detail: { user: String(value) } };
	if (custom?.type === 'choice' && !custom.options?.some(({ id }) => id === value)) return { code: 'unknown-option', detail: { field: custom.name, option: String(value) } };
	return null;
}
