/** The roles a contact may have (CU5): what mails are addressed by. */
export const contactRoles = ['champion', 'sponsor', 'key-user', 'end-user'] as const;
export type ContactRole = (typeof contactRoles)[number];
