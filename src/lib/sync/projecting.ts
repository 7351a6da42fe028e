/** Reads a document's rows while it is edited, so that the lists show them: at most every 50 ms, and at once when all of it was acknowledged. */
import type { Projection } from '#domain/documents/document-type.ts';
import type { Environment } from './environment.ts';
import type { OpenDocument } from './open-document.svelte.ts';

const every = 50;

export class Projecting {
	#environment: Environment;
	#show: (id: string, projection: Projection) => void;
	#due = new Map<string, unknown>();

	constructor(environment: Environment, show: (id: string, projection: Projection) => void) {
		this.#environment = environment;
		this.#show = show;
	}

	/** The document was edited here. */
	soon(document: OpenDocument): void {
		if (!this.#due.has(document.id)) this.#due.set(document.id, this.#environment.setTimeout(() => this.now(document), every));
	}

	/** Shows what is due of a document. */
	now(document: OpenDocument): void {
		const timer = this.#due.get(document.id);
		if (timer === undefined) return;
		this.#environment.clearTimeout(timer);
		this.#due.delete(document.id);
		if (document.type) this.#show(document.id, document.type.projection(document.doc));
	}

	end(): void {
		for (const timer of this.#due.values()) this.#environment.clearTimeout(timer);
	}
}
