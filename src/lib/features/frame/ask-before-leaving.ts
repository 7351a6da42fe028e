/** Has the browser ask before this tab goes away. Returns how to stop, which is as needed: browsers may keep no page for the way back that listens for this. */
export function askBeforeLeaving(): () => void {
	const ask = (event: BeforeUnloadEvent) => event.preventDefault();
	window.addEventListener('beforeunload', ask);
	return () => window.removeEventListener('beforeunload', ask);
}
