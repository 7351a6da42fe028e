/** Does work for each item, at most `width` at a time, and gives the results in the items' order. The first failure ends it, after what is under way. */
export async function inTurn<Item, Result>(items: readonly Item[], width: number, work: (item: Item, index: number) => Promise<Result>): Promise<Result[]> {
	const results = new Array<Result>(items.length);
	let next = 0;
	let isBroken = false;
	const lane = async () => {
		while (next < items.length && !isBroken) {
			const index = next++;
			try {
				results[index] = await work(items[index]!, index);
			} catch (error) {
				isBroken = true;
				throw error;
			}
		}
	};
	const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
	const failed = lanes.find((one) => one.status === 'rejected');
	if (failed) throw failed.reason;
	return results;
}
