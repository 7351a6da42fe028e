/** What a person keeps of the book: whom they follow (CU12). */
import { followStatement, unfollowStatement } from '#db/follows.ts';
import { accepted, refused, type Handler } from './decision.ts';
import { isCustomerHere } from './work.ts';

export const followCustomer: Handler<{ customerId: string }> = async ({ db, args, member }) => {
	if (!(await isCustomerHere(db, member.workspaceId, args.customerId))) return refused('no-such-customer');
	return accepted([followStatement(db, { workspaceId: member.workspaceId, userId: member.user.id, customerId: args.customerId })]);
};

export const unfollowCustomer: Handler<{ customerId: string }> = async ({ db, args, member, now }) =>
	accepted([unfollowStatement(db, { workspaceId: member.workspaceId, userId: member.user.id, customerId: args.customerId }, now)]);
