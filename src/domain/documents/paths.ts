/** Names of places in a document: what events and authors meet on (S11). */
import * as Y from 'yjs';

/**
 * The path of every key or part that a Y event changed: `fields/stage`, `contacts/<id>/name`, `steps/<id>/body`.
 * A change inside rich text has the path of the text.
 */
export function pathsOf(event: Y.YEvent<any>): string[] {
	const base = pathOfType(event.target);
	return event.target instanceof Y.Map ? [...event.changes.keys.keys()].map((key) => `${base}/${key}`) : [base];
}

/** The path of a type: its root’s name, then a key for each level. */
export function pathOfType(type: Y.AbstractType<any>): string {
	const item = type._item;
	if (item === null) return Y.findRootTypeKey(type);
	const parent = pathOfType(item.parent as Y.AbstractType<any>);
	return item.parentSub === null ? parent : `${parent}/${item.parentSub}`;
}
