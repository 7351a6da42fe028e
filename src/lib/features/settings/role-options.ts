/** The roles in words, with what each may do. */
import { roles, type Role } from '#domain/access/roles.ts';
import { m } from '$lib/messages/messages.js';

const labels: Record<Role, () => string> = { administrator: m.role_administrator, csm: m.role_csm, reader: m.role_reader };
export const roleTexts: Record<Role, () => string> = { administrator: m.role_administrator_text, csm: m.role_csm_text, reader: m.role_reader_text };

export const roleOptions = (): { value: Role; label: string }[] => roles.map((value) => ({ value, label: labels[value]() }));
