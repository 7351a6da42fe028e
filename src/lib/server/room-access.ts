/** Which rooms a member may open: their workspace's own, and those of its documents. */
import type { Database } from '#db/client.ts';
import { memberOf } from '#db/people.ts';
import { isDeletedDocument } from '#db/deletions.ts';
import { workspaceOfDocument } from '#db/document-homes.ts';
import type { Settings } from './environment.ts';
import { roomToken } from './room-token.ts';
import type { Member } from './session.ts';

/** Whether a room holds a document of this workspace that is there: not a deleted customer's, nor one about it (CU10). */
export const isDocumentOf = async (db: Database, workspaceId: string, room: string): Promise<boolean> =>
	/^[a-z0-9_-]{1,64}$/.test(room) && (await workspaceOfDocument(db, room)) === workspaceId && !(await isDeletedDocument(db, room));

/** A token for one room and the address it is good at, or null when the room is not the member's to open. */
export async function tokenFor(db: Database, settings: Settings, { workspaceId, user, role }: Member, room: string): Promise<{ token: string; url: string } | null> {
	const isHome = room === workspaceId || (await isDocumentOf(db, workspaceId, room));
	const person = isHome ? await memberOf(db, workspaceId, user.id) : null;
	if (!person) return null;
	const token = await roomToken({ userId: user.id, name: person.name, colour: person.colour, role, workspace: workspaceId, room }, settings.ROOMS_SECRET, Date.now());
	return { token, url: settings.PUBLIC_ROOMS_URL };
}
