/** Conditions that can be edited: a draft's filters and branches, and what a list narrows by. */
import type { ConditionField } from '#domain/conditions/fields.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';

export type Conditions = {
	isReadOnly: boolean;
	/** `put-filter`, `set-filter`, `remove-filter` (`…-condition` for a branch); answers why not, or null. */
	do: (edit: string, args: Record<string, unknown>) => string | null;
	/** The fields to choose from for the filters or a branch; absent = every field. */
	fields?: (settings: WorkspaceSettings, owner: string) => ConditionField[];
};
