import type { Variable } from '#domain/text/variables.ts';
import { m } from '$lib/messages/messages.js';
import { fieldLabel, wordOf } from './words.ts';

/** Variables named otherwise than the field they read. */
const words: Readonly<Record<string, () => string>> = {
	variable_customer_id: m.variable_id, variable_customer_stageId: m.variable_customer_stageId, variable_customer_ownerId: m.variable_customer_ownerId, variable_contact_firstName: m.variable_first_name,
	variable_owner_firstName: m.variable_first_name, variable_owner_name: m.field_customer_name, variable_owner_email: m.field_contact_email, variable_run_id: m.variable_id, variable_workspace_name: m.field_customer_name,
};

/** A variable's name in words. */
export function variableLabel({ label }: Pick<Variable, 'label'>): string {
	if ('name' in label) return label.name;
	return Object.hasOwn(words, label.key) ? wordOf(words, label.key) : fieldLabel({ label: { key: label.key.replace('variable_', 'field_') } });
}
