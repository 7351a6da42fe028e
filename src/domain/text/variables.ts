/** The variables that the picker offers (EM4). */
import { slug } from './scope.ts';
import type { WorkspaceSettings } from '../settings.ts';

/** `path` is what stands between the braces; `label.key` is a message key, `label.name` a name the workspace gave. */
export type Variable = { path: string; group: 'customer' | 'contact' | 'owner' | 'event' | 'run' | 'workspace'; label: { key: string } | { name: string } };

const builtIn: Record<Variable['group'], string[]> = {
	customer: ['name', 'domain', 'externalId', 'stage', 'stageSince', 'owner', 'tags', 'team', 'mrr', 'renewalAt', 'createdAt', 'lastTouchAt', 'id', 'stageId', 'ownerId'],
	contact: ['firstName', 'name', 'email', 'phone', 'title', 'roles', 'tags'],
	owner: ['firstName', 'name', 'email'],
	event: ['type', 'at', 'field', 'from', 'to'],
	run: ['id', 'startedAt'],
	workspace: ['name'],
};

/** Every variable, grouped, built-in ones first; custom fields under the slug of their name, or their id where that is taken. */
export function variables(settings: WorkspaceSettings): Variable[] {
	return (Object.keys(builtIn) as Variable['group'][]).flatMap((group) => {
		const taken = new Set([...builtIn[group], 'parentId', 'roles', 'createdAt', 'id']);
		const own: Variable[] = builtIn[group].map((key) => ({ path: `${group}.${key}`, group, label: { key: `variable_${group}_${key}` } }));
		const custom = settings.fields.filter((field) => field.subject === group).map((field): Variable => {
			const name = slug(field.name);
			const key = name && !taken.has(name) ? name : field.id;
			taken.add(key);
			return { path: `${group}.${key}`, group, label: { name: field.name } };
		});
		return [...own, ...custom];
	});
}
