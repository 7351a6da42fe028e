import { m } from '$lib/messages/messages.js';

/** The roles a contact may have (CU5), in the reader's language. */
export const roleNames = () => ({ champion: m.role_champion(), sponsor: m.role_sponsor(), 'key-user': m.role_key_user(), 'end-user': m.role_end_user() });
