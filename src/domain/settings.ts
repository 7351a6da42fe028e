/** What a workspace defines, as the domain needs it: conditions, forms and projections are checked against this. */
import type { Role } from './access/roles.ts';

export const fieldTypes = ['text', 'number', 'date', 'choice', 'user', 'score', 'money', 'boolean'] as const;
export type FieldType = (typeof fieldTypes)[number];

export type FieldDefinition = { id: string; subject: 'customer' | 'contact'; name: string; type: FieldType; options: { id: string; label: string }[] | null; position: number };
export type Stage = { id: string; name: string; position: number; colour: string };
export type Tag = { id: string; subject: 'customer' | 'contact'; name: string; colour: string };
export type Team = { id: string; name: string; memberIds: string[] };
export type Person = { id: string; name: string; email: string; role: Role; colour: string };

export type WorkspaceSettings = {
	id: string;
	name: string;
	/** IANA zone, e.g. `Europe/Paris`. */
	timeZone: string;
	language: 'en' | 'fr' | 'it';
	/** ISO weekdays worked, 1 = Monday. */
	workingDays: number[];
	/** ISO dates not worked. */
	holidays: string[];
	stages: Stage[];
	fields: FieldDefinition[];
	tags: Tag[];
	teams: Team[];
	people: Person[];
};
