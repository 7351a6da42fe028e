/** What the boxes and mentions of an editor know of where they are. */
import type { OpenDocument } from '$lib/sync/index.ts';

export type BoxHost = {
	document: OpenDocument;
	/** In a template boxes aren't ticked, and are due so many working days after a page is made. */
	kind: 'note' | 'template';
};
/** A box as its element says; reactive in its node view. */
export type BoxProps = { id: string | null; task: string | null; title: string };
