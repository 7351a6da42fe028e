/** The screen's keyboard, in one place: what it covers (`--keyboard`), whether little is left (`short:`), and that what is written in stays in view. */

/** Lower than this, in px, there is no room for more than what is written. */
const little = 480;

/**
 * What a keyboard leaves of a page `inner` px high of which `seen` is the visual viewport: how much of its bottom lies under the keyboard, in px, and whether little is left.
 * Chromium shrinks the page itself (app.html: interactive-widget), so there nothing is covered; Safari lays its keyboard over it, and may have moved the page up to show a field.
 */
export function leftByKeyboard(inner: number, seen: Pick<VisualViewport, 'height' | 'offsetTop' | 'scale'> | null): { covered: number; isShort: boolean } {
	// A page that was pinched larger is no keyboard.
	if (!seen || Math.abs(seen.scale - 1) > 0.01) return { covered: 0, isShort: inner < little };
	return { covered: Math.max(0, Math.round(inner - seen.height - seen.offsetTop)), isShort: Math.min(inner, seen.height) < little };
}

/** Keeps the frame and all that opens over it above the keyboard, and the field that is written in in view. Returns how to stop. */
export function aboveKeyboard(): () => void {
	const seen = window.visualViewport;
	const root = document.documentElement;
	const measure = () => {
		const { covered, isShort } = leftByKeyboard(innerHeight, seen);
		root.style.setProperty('--keyboard', `${covered}px`);
		root.toggleAttribute('data-short', isShort);
		return covered;
	};
	const show = () => {
		const field = document.activeElement;
		if (!(field instanceof HTMLElement) || !field.matches('input, textarea, select, [contenteditable]')) return;
		// Of a long text the line that is written.
		const line = field.isContentEditable ? getSelection()?.focusNode : null;
		((line instanceof Element ? line : line?.parentElement) ?? field).scrollIntoView({ block: 'nearest' });
	};
	const settle = () => {
		// Safari's own move isn't needed: the frame ends where the keyboard begins.
		if (measure() > 0) window.scrollTo(0, 0);
		show();
	};
	const focused = () => root.hasAttribute('data-short') && show();
	measure();
	seen?.addEventListener('resize', settle);
	seen?.addEventListener('scroll', measure);
	window.addEventListener('resize', settle);
	document.addEventListener('focusin', focused);
	return () => {
		seen?.removeEventListener('resize', settle);
		seen?.removeEventListener('scroll', measure);
		window.removeEventListener('resize', settle);
		document.removeEventListener('focusin', focused);
		root.style.removeProperty('--keyboard');
		root.removeAttribute('data-short');
	};
}
