/** Keeps a layer at the bottom of a phone, and the field in it that is written in, above the screen's keyboard. */

/**
 * Chromium shrinks the page under its keyboard (app.html: interactive-widget), Safari lays it over: there the layer is lifted by what
 * is covered (`--keyboard`). Either way the focused field is brought into view again. Returns how to stop.
 */
export function aboveKeyboard(layer: HTMLElement): () => void {
	const seen = window.visualViewport;
	const settle = () => {
		// A page that was pinched larger is no keyboard.
		const covered = seen && seen.scale === 1 ? Math.max(0, innerHeight - seen.height - seen.offsetTop) : 0;
		layer.style.setProperty('--keyboard', `${Math.round(covered)}px`);
		const field = document.activeElement;
		if (field && layer.contains(field) && field.matches('input, textarea, select, [contenteditable]')) field.scrollIntoView({ block: 'nearest' });
	};
	seen?.addEventListener('resize', settle);
	window.addEventListener('resize', settle);
	layer.addEventListener('focusin', settle);
	return () => {
		seen?.removeEventListener('resize', settle);
		window.removeEventListener('resize', settle);
		layer.removeEventListener('focusin', settle);
	};
}
