/** What can be done to many customers at once, as the form offers it. */
import type { FieldDefinition, FieldType, WorkspaceSettings } from '#domain/settings.ts';
import type { Option } from '$lib/ui/options.ts';
import { m } from '$lib/messages/messages.js';
import { peopleOptions, stageOptions, tagOptions } from '../options.ts';
import type { Edits } from './bulk.svelte.ts';

export type Choice = {
	id: string;
	label: string;
	/** What it is set to: one of these, several of these, or a value of the field's type. */
	options?: Option[];
	isMultiple?: boolean;
	field?: { type: FieldType; options: FieldDefinition['options'] };
	isParent?: boolean;
	/** Whether it may be set to nothing. */
	canClear?: boolean;
	edits: (value: unknown) => Edits;
};

const setField = (field: string) => (value: unknown): Edits => [{ edit: 'set-field', args: { field, value: value === '' ? null : value } }];
const each = (edit: Edits[number]['edit'], name: 'tag' | 'userId') => (ids: unknown): Edits => (ids as string[]).map((id) => ({ edit, args: { [name]: id } }));

/** Every choice, built-in ones first. */
export function bulkChoices(settings: WorkspaceSettings): Choice[] {
	const people = peopleOptions(settings);
	const tags = tagOptions(settings, 'customer');
	return [
		{ id: 'stage', label: m.customers_stage(), options: stageOptions(settings), edits: setField('stage') },
		{ id: 'owner', label: m.customers_owner(), options: people, canClear: true, edits: setField('owner') },
		{ id: 'add-tag', label: m.bulk_add_tags(), options: tags, isMultiple: true, edits: each('add-tag', 'tag') },
		{ id: 'remove-tag', label: m.bulk_remove_tags(), options: tags, isMultiple: true, edits: each('remove-tag', 'tag') },
		{ id: 'add-member', label: m.bulk_add_members(), options: people, isMultiple: true, edits: each('add-team-member', 'userId') },
		{ id: 'remove-member', label: m.bulk_remove_members(), options: people, isMultiple: true, edits: each('remove-team-member', 'userId') },
		{ id: 'parentId', label: m.customer_parent(), isParent: true, canClear: true, edits: setField('parentId') },
		{ id: 'domain', label: m.customers_domain(), field: { type: 'text', options: null }, canClear: true, edits: setField('domain') },
		...settings.fields.filter(({ subject }) => subject === 'customer').map((field): Choice => ({ id: field.id, label: field.name, field: { type: field.type, options: field.options }, canClear: true, edits: setField(field.id) })),
	];
}
