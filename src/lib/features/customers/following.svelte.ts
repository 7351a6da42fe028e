/** Whom this person follows (CU12): what the mirror says, with what was decided here since on top. */
import { mirror, queue, send } from '$lib/sync/index.ts';

const followed = $derived.by(() => {
	const ids = new Set(mirror.rows('follow').map((row) => row.customerId));
	for (const { type, args } of queue.unseen) {
		const { customerId } = args as { customerId: string };
		if (type === 'follow-customer') ids.add(customerId);
		else if (type === 'unfollow-customer') ids.delete(customerId);
	}
	return ids;
});

/** Reactive. */
export const following = {
	get ids(): ReadonlySet<string> {
		return followed;
	},
	has: (customerId: string): boolean => followed.has(customerId),
	/** Follows, or no longer. */
	set: (customerId: string, isFollowed: boolean): void => {
		if (followed.has(customerId) !== isFollowed) send(isFollowed ? 'follow-customer' : 'unfollow-customer', { customerId });
	},
};
