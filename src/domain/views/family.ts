/**
 * Parents and children as every client shows them, whatever was edited at once (CU12, in the manner of S19):
 *
 * 1. A customer whose parent is itself, or isn't there (any more), stands at the top.
 * 2. Customers made each other's parents make a circle, in which nothing hangs on the top: the one with the smallest id leaves it and
 *    stands at the top.
 */
type Member = { id: string; parentId: string | null };

/** The parent that each customer is shown under; those at the top are not in it. */
export function parentsOf(customers: readonly Member[]): Map<string, string> {
	const wished = new Map<string, string>();
	const here = new Set<string>();
	for (const { id } of customers) here.add(id);
	for (const { id, parentId } of customers) if (parentId !== null && parentId !== id && here.has(parentId)) wished.set(id, parentId);
	for (const id of leavers(wished)) wished.delete(id);
	return wished;
}

/** Of each circle the smallest id. */
function leavers(parents: ReadonlyMap<string, string>): string[] {
	const seen = new Set<string>();
	const found: string[] = [];
	for (const start of parents.keys()) {
		const path: string[] = [];
		let at: string | undefined = start;
		while (at !== undefined && !seen.has(at)) {
			seen.add(at);
			path.push(at);
			at = parents.get(at);
		}
		const from = at === undefined ? -1 : path.indexOf(at);
		if (from !== -1) found.push(path.slice(from).reduce((least, one) => (one < least ? one : least)));
	}
	return found;
}

/** Whether `parentId` may become the parent of `id`: not itself, and nobody below it. */
export function canHaveParent(customers: readonly Member[], id: string, parentId: string): boolean {
	const parents = new Map(customers.map((one) => [one.id, one.parentId]));
	const seen = new Set<string>();
	for (let at: string | null | undefined = parentId; at && !seen.has(at); at = parents.get(at)) {
		if (at === id) return false;
		seen.add(at);
	}
	return true;
}

/** What a customer and everybody below it make together. */
export type RollUp = { /** Everybody below, at any depth. */ below: number; mrr: number };

/** Children by parent, in the order given, and the roll-up of each customer that has any. `parents` as of `parentsOf`. */
export function familiesOf<Row extends Member & { mrr: number }>(customers: readonly Row[], parents: ReadonlyMap<string, string>): { children: Map<string, Row[]>; rollUps: Map<string, RollUp> } {
	const children = new Map<string, Row[]>();
	for (const customer of customers) {
		const parent = parents.get(customer.id);
		if (parent === undefined) continue;
		const siblings = children.get(parent);
		if (siblings) siblings.push(customer);
		else children.set(parent, [customer]);
	}
	const rollUps = new Map<string, RollUp>();
	for (const customer of customers) {
		// Up to the top: depth is small, and there are no circles any more.
		for (let at = parents.get(customer.id); at !== undefined; at = parents.get(at)) {
			const roll = rollUps.get(at) ?? { below: 0, mrr: 0 };
			rollUps.set(at, { below: roll.below + 1, mrr: roll.mrr + customer.mrr });
		}
	}
	for (const customer of customers) {
		const roll = rollUps.get(customer.id);
		if (roll) roll.mrr += customer.mrr;
	}
	return { children, rollUps };
}
