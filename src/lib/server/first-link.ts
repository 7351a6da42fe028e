/** The link that `npm start` prints: signs in whoever owns this machine's workspace. */
import type { Database } from '#db/client.ts';
import { dropExpiredLinks, firstAdministrator, userByEmail } from '#db/people.ts';
import { linkFor, linkLifeSeconds } from './auth.ts';
import type { Settings } from './environment.ts';
import { generatedId } from './generated-id.ts';
import { foundWorkspace, nameFrom } from './joining.ts';

/** A fresh one-time link for the first administrator, who is made with a workspace when there is none. */
export async function firstLink(db: Database, settings: Settings, ownerEmail: string): Promise<{ url: string; email: string }> {
	const there = await firstAdministrator(db);
	const email = there?.email ?? ownerEmail.toLowerCase();
	if (!there) {
		const user = await userByEmail(db, email);
		const who = user ? { id: user.id, name: user.name, email } : { id: generatedId('user'), name: email === 'owner@cuebook.local' ? 'Owner' : nameFrom(email), email };
		await foundWorkspace(db, who, !user);
	}
	await db.batch([dropExpiredLinks(db, new Date())]);
	return { email, url: await linkFor(db, settings, email, linkLifeSeconds.signIn) };
}
