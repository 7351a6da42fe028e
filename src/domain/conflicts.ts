/** Conflicts as people meet them (SY6): which ask for a person, and whom. */
import type { MirrorRows } from './mirror.ts';
import type { FieldDefinition } from './settings.ts';

type Conflict = MirrorRows['conflict'];

/** Whether two different values of this field need a person: of custom fields those that hold money or dates. */
export const isDecided = (field: string, defined: readonly Pick<FieldDefinition, 'id' | 'type'>[]): boolean =>
	!field.startsWith('f_') || defined.some(({ id, type }) => id === field && (type === 'money' || type === 'date'));

/** A conflict is its customer's owner's to settle, its authors', and each one's who would be the owner. */
export const concerns = ({ field, choices }: Pick<Conflict, 'field' | 'choices'>, me: string, owner: string | null): boolean =>
	owner === me || choices.some(({ by, value }) => (by?.kind === 'user' && by.id === me) || (field === 'owner' && value === me));
