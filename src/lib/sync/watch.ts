import { createSubscriber } from 'svelte/reactivity';
import type * as Y from 'yjs';
import { browserEnvironment, type Environment } from './environment.ts';

/**
 * A reactive reading of a document: `current` is `read(doc)`, and what shows it is drawn anew once a frame at most, however
 * many updates come. `read` must not change the document.
 */
export function watch<T>(
	source: Y.Doc | { doc: Y.Doc },
	read: (doc: Y.Doc) => T,
	onFrame: Environment['onFrame'] = browserEnvironment().onFrame,
): { readonly current: T } {
	const doc = 'doc' in source ? source.doc : source;
	let value: T;
	let isStale = true;
	let isListening = false;
	const subscribe = createSubscriber((update) => {
		let isScheduled = false;
		const onUpdate = () => {
			isStale = true;
			if (isScheduled) return;
			isScheduled = true;
			onFrame(() => {
				isScheduled = false;
				update();
			});
		};
		doc.on('update', onUpdate);
		isListening = true;
		return () => {
			doc.off('update', onUpdate);
			isListening = false;
			isStale = true;
		};
	});
	return {
		get current() {
			subscribe();
			// Nobody is told of changes outside of an effect: then it is read each time.
			if (isStale || !isListening) value = read(doc);
			isStale = !isListening;
			return value;
		},
	};
}
