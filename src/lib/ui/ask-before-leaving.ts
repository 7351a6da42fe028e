/**
 * Has the browser ask before this tab goes away; `finish` first writes what is half done, so that it is kept while the person is asked. Returns how to
 * stop. Only while it is needed: some browsers keep no page for the way back that listens for this.
 */
export function askBeforeLeaving(finish: () => void = () => {}): () => void {
	const ask = (event: BeforeUnloadEvent) => {
		finish();
		event.preventDefault();
	};
	window.addEventListener('beforeunload', ask);
	return () => window.removeEventListener('beforeunload', ask);
}
