/** Undo over one's own edits only: what colleagues or playbooks did meanwhile stays. */
import { UndoManager } from 'yjs';
import type { OpenDocument } from './open-document.svelte.ts';

export class Undo {
	#manager: UndoManager;
	#last: string | null = null;
	canUndo = $state(false);
	canRedo = $state(false);

	constructor(document: OpenDocument) {
		this.#manager = new UndoManager(document.doc, { trackedOrigins: new Set([document.origin]) });
		const look = () => {
			this.canUndo = this.#manager.canUndo();
			this.canRedo = this.#manager.canRedo();
		};
		for (const event of ['stack-item-added', 'stack-item-popped', 'stack-cleared', 'stack-item-updated'] as const) this.#manager.on(event, look);
	}

	undo(): void {
		this.#last = null;
		this.#manager.undo();
	}

	redo(): void {
		this.#last = null;
		this.#manager.redo();
	}

	/** Before an edit: going on typing into one field within half a second is one thing to undo, all else is its own. */
	separate(what: string): void {
		if (what !== this.#last) this.#manager.stopCapturing();
		this.#last = what;
	}
}

const undos = new WeakMap<OpenDocument, Undo>();

/** The undo of a document, one for as long as it is open; edits made before the first call can't be undone, `edit` makes the first call. */
export function undoOf(document: OpenDocument): Undo {
	const found = undos.get(document) ?? new Undo(document);
	undos.set(document, found);
	return found;
}
