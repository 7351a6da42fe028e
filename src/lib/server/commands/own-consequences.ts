/** Leaves out of what has moved what the rest of the same act has led to (SY3, ADR 28). */
import { fieldChanges, runsOfAct } from '#db/own-consequences.ts';
import type { Database } from '#db/client.ts';
import { partsOf, type Difference, type Seen } from '#domain/commands/ground.ts';
import { actOf, isOwnConsequence } from '#domain/commands/own-consequence.ts';
import type { Member } from '../session.ts';

/** The differences that somebody else, or something else, made. */
export async function byOthers(db: Database, member: Member, asked: { id: string; ground?: readonly Seen[] }, moved: Difference[]): Promise<Difference[]> {
	const act = actOf(asked.id);
	// A stage and an owner are what a playbook's steps change of what decisions stand on.
	const mayBeOwn = moved.filter(({ name }) => /^customer\/[^/]+\/(stage|owner)$/.test(name));
	if (act === null || mayBeOwn.length === 0) return moved;
	const going = await runsOfAct(db, member.workspaceId, member.user.id, act);
	if (!going) return moved;
	const own = new Set<Difference>();
	for (const one of mayBeOwn) {
		const { id, field } = partsOf(one.name);
		const or = asked.ground?.find(({ name }) => name === one.name)?.or;
		if (isOwnConsequence(one, or, await fieldChanges(db, member.workspaceId, id, field, going.since), going.roots)) own.add(one);
	}
	return moved.filter((one) => !own.has(one));
}
