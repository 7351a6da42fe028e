/** What a person keeps of the book: whom they follow, and their views (CU12). */
import type { InferOutput } from 'valibot';
import { followStatement, unfollowStatement } from '#db/follows.ts';
import { countViews, readView, removeViewStatements, saveViewStatements, type ViewRow } from '#db/views.ts';
import { may } from '#domain/access/roles.ts';
import type { saveView as saveViewCommand } from '#domain/commands/save-view.ts';
import type { Member } from '../session.ts';
import { accepted, refused, type Handler } from './decision.ts';
import { isCustomerHere } from './work.ts';

export const followCustomer: Handler<{ customerId: string }> = async ({ db, args, member }) => {
	if (!(await isCustomerHere(db, member.workspaceId, args.customerId))) return refused('no-such-customer');
	return accepted([followStatement(db, { workspaceId: member.workspaceId, userId: member.user.id, customerId: args.customerId })]);
};

export const unfollowCustomer: Handler<{ customerId: string }> = async ({ db, args, member, now }) =>
	accepted([unfollowStatement(db, { workspaceId: member.workspaceId, userId: member.user.id, customerId: args.customerId }, now)]);

/** How many views one person may keep. */
const mostViews = 100;

/** One's own view, or a shared one as an administrator. The view of another workspace is none. */
const isTheirs = (view: ViewRow, { workspaceId, user, role }: Member): boolean => view.workspace === workspaceId && (view.owner === user.id || (view.isShared && role === 'administrator'));

export const saveView: Handler<InferOutput<typeof saveViewCommand.args>> = async ({ db, args, member }) => {
	const there = await readView(db, args.id);
	if (there && there.workspace !== member.workspaceId) return refused('id-taken');
	if (there && there.deletedAt !== null) return refused('no-such-view');
	if (there && !isTheirs(there, member)) return refused(there.isShared ? 'no-right' : 'no-such-view');
	// Whose view it is stays: an administrator who made a colleague's view private would lose sight of it.
	if (there && there.owner !== member.user.id && !args.isShared) return refused('no-right');
	if (args.isShared && !may(member.role, 'document.edit')) return refused('no-right');
	if (!there && (await countViews(db, member.workspaceId, member.user.id)) >= mostViews) return refused('too-many-views', { most: mostViews });
	return accepted(saveViewStatements(db, member.workspaceId, { ...args, owner: there?.owner ?? member.user.id }, there), { result: { id: args.id } });
};

export const removeView: Handler<{ id: string }> = async ({ db, args, member, now }) => {
	const there = await readView(db, args.id);
	if (!there || there.deletedAt !== null || there.workspace !== member.workspaceId) return refused('no-such-view');
	if (!isTheirs(there, member)) return refused(there.isShared ? 'no-right' : 'no-such-view');
	return accepted(removeViewStatements(db, member.workspaceId, there, now));
};
