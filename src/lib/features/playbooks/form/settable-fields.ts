import { conditionFields } from '#domain/conditions/fields.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Option } from '$lib/ui/options.ts';
import { fieldLabel } from '../../flow/words.ts';

const builtIn = ['name', 'domain', 'externalId', 'parentId', 'stage', 'owner'];

/** The customer's fields that people and playbooks write, by id: what a change can start from and a step can set. The others are computed. */
export const settableFields = (settings: WorkspaceSettings): Option[] =>
	conditionFields(settings)
		.filter(({ group, path }) => group === 'customer' && (builtIn.includes(path.slice(9)) || path.startsWith('customer.f_')))
		.map((field) => ({ value: field.path.slice(9), label: fieldLabel(field) }));
