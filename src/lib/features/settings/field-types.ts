/** The types of custom fields in words. */
import type { FieldType } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';

export const typeLabels: Record<FieldType, () => string> = {
	text: m.field_type_text,
	number: m.field_type_number,
	date: m.field_type_date,
	choice: m.field_type_choice,
	user: m.field_type_user,
	score: m.field_type_score,
	money: m.field_type_money,
	boolean: m.field_type_boolean,
};
