/** Roles and what each may do (AD1; the roles of today). Checked in the app's endpoints, in room tokens, and again in the rooms (S6). */
export const roles = ['administrator', 'csm', 'reader'] as const;
export type Role = (typeof roles)[number];

export const permissions = ['settings.change', 'member.invite', 'document.edit', 'document.comment', 'playbook.publish', 'run.control', 'task.complete', 'import', 'customer.delete'] as const;
export type Permission = (typeof permissions)[number];

const granted: Record<Role, readonly Permission[]> = {
	administrator: permissions,
	csm: ['document.edit', 'document.comment', 'playbook.publish', 'run.control', 'task.complete', 'import'],
	reader: [],
};

export const may = (role: Role, permission: Permission): boolean => granted[role].includes(permission);
