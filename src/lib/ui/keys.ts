/** Whether a key press belongs to a field, a menu or a dialog, or comes with a modifier: then page shortcuts leave it alone. */
export function isTyping(event: KeyboardEvent): boolean {
	if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return true;
	const at = event.target instanceof Element ? event.target : null;
	if (at?.closest('input:not([type=checkbox]), textarea, select, [contenteditable=""], [contenteditable="true"], [role="menu"], [role="listbox"]')) return true;
	return document.querySelector('[role="dialog"][data-state="open"]') !== null && !at?.closest('[role="dialog"]');
}
