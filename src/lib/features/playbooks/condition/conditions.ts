/** Conditions that can be edited: a draft's filters and branches, and what a list narrows by. */
import type { ConditionField } from '#domain/conditions/fields.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Names } from '../../flow/values.ts';

export type Conditions = {
	isReadOnly: boolean;
	/** `put-filter`, `set-filter`, `remove-filter` (`…-condition` for a branch); answers why not, or null. */
	do: (edit: string, args: Record<string, unknown>) => string | null;
	/** What ids are called, answers of the playbook's questions, too; absent = as everywhere. */
	names?: Names;
	/** The fields to choose from for the filters or a branch; absent = every field. */
	fields?: (settings: WorkspaceSettings, owner: string) => ConditionField[];
};
