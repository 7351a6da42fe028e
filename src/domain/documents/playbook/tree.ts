/**
 * The valid tree that every client reads from the same document (S19), whatever was edited at once:
 *
 * 1. A step is there unless it was removed from the place where it is now.
 * 2. Its home is the branch in its place, if that branch belongs to the split it names and the split is there.
 * 3. Splits that were moved into each other make a circle, in which nothing hangs on the root: the one with the smallest id leaves it.
 * 4. Steps without a home (2, 3) surface at the end of the root list, in the order (old parent, old branch, position, id), so that
 *    steps inserted or moved into something while another removed it are seen, and lost by nobody.
 * 5. A list is ordered by (position, id); the else branch comes last.
 *
 * Conditions follow the same rules; their root is their owner's group.
 */
import * as Y from 'yjs';
import { branches, isAlive, item, items, placeOf, steps } from './shape.ts';

export type Placed = { id: string; /** The list it wants to be in. */ list: string; /** Who holds that list; null = the root list; undefined = nobody (any more). */ holder: string | null | undefined; position: string };

const byPosition = (a: Placed, b: Placed): number => compare(a.position, b.position) || compare(a.id, b.id);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts nodes into lists by the rules above. `strays` are the last of the root list. */
export function settled(nodes: readonly Placed[], root: string): { lists: Map<string, string[]>; strays: string[] } {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const strays = nodes.filter((node) => node.holder === undefined);
	strays.push(...leavers(byId));
	const gone = new Set(strays);
	const lists = new Map<string, string[]>([[root, []]]);
	for (const node of nodes.filter((one) => !gone.has(one)).sort(byPosition)) lists.set(node.list, [...(lists.get(node.list) ?? []), node.id]);
	const ids = strays.sort((a, b) => compare(a.list, b.list) || byPosition(a, b)).map((node) => node.id);
	lists.get(root)!.push(...ids);
	return { lists, strays: ids };
}

/** Of each circle the node with the smallest id. */
function leavers(byId: Map<string, Placed>): Placed[] {
	const seen = new Set<string>();
	const found: Placed[] = [];
	for (const start of byId.values()) {
		const path: Placed[] = [];
		let node: Placed | undefined = start;
		while (node !== undefined && !seen.has(node.id)) {
			seen.add(node.id);
			path.push(node);
			node = node.holder == null ? undefined : byId.get(node.holder);
		}
		const from = node === undefined ? -1 : path.indexOf(node);
		if (from !== -1) found.push(path.slice(from).reduce((least, one) => (one.id < least.id ? one : least)));
	}
	return found;
}

export type BranchEntry = { id: string; name: string; isElse: boolean };
export type Tree = {
	/** The list of steps at the root (key 'root') and of each branch, by branch id. */
	lists: Map<string, string[]>;
	/** The branches of each split, in order, else last. */
	branches: Map<string, BranchEntry[]>;
	/** Steps that surfaced at the end of the root list (rule 4). */
	strays: string[];
};

export const rootList = 'root';

/** The tree of steps as it is now. */
export function tree(doc: Y.Doc): Tree {
	const alive = new Map(items(steps(doc)).filter(([, step]) => isAlive(step)));
	const isSplit = (id: string): boolean => alive.get(id)?.get('kind') === 'split';
	const nodes = [...alive].map(([id, step]): Placed => {
		const place = placeOf(step);
		if (place === null) return { id, list: '', holder: undefined, position: '' };
		if (place.parent === rootList) return { id, list: rootList, holder: null, position: place.position };
		const isHome = isSplit(place.parent) && item(branches(doc), place.branch)?.get('split') === place.parent;
		return isHome ? { id, list: place.branch, holder: place.parent, position: place.position } : { id, list: `${place.parent}/${place.branch}`, holder: undefined, position: place.position };
	});
	const result = settled(nodes, rootList);
	const bySplit = new Map([...alive.keys()].filter(isSplit).map((id) => [id, [] as (BranchEntry & { position: string })[]]));
	for (const [id, branch] of items(branches(doc)))
		bySplit.get(branch.get('split') as string)?.push({ id, name: String(branch.get('name') ?? ''), isElse: branch.get('isElse') === true, position: String(branch.get('position') ?? '') });
	const ordered = [...bySplit].map(([split, list]) => {
		list.sort((a, b) => Number(a.isElse) - Number(b.isElse) || compare(a.position, b.position) || compare(a.id, b.id));
		return [split, list.map(({ id, name, isElse }) => ({ id, name, isElse }))] as const;
	});
	for (const [, list] of ordered) for (const branch of list) if (!result.lists.has(branch.id)) result.lists.set(branch.id, []);
	return { ...result, branches: new Map(ordered) };
}

/** Every step under a branch list, itself not included, splits before what they hold. */
export function stepsUnder(of: Tree, list: string): string[] {
	return (of.lists.get(list) ?? []).flatMap((id) => [id, ...stepsIn(of, id)]);
}

/** Every step inside a step (a split), in all its branches. */
export const stepsIn = (of: Tree, id: string): string[] => (of.branches.get(id) ?? []).flatMap((branch) => stepsUnder(of, branch.id));
