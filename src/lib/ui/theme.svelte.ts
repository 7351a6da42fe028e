/** Light, dark or as the system says. The choice is this device's (localStorage); app.html applies it before the first paint. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'cuebook-theme';
const query = () => matchMedia('(prefers-color-scheme: dark)');

function read(): Theme {
	try {
		const kept = localStorage.getItem(key);
		return themes.find((theme) => theme === kept) ?? 'system';
	} catch {
		return 'system';
	}
}

let choice = $state<Theme>('system');

function paint() {
	const isDark = choice === 'dark' || (choice === 'system' && query().matches);
	document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
	document.querySelector<HTMLMetaElement>('meta[name=theme-color]')?.setAttribute('content', isDark ? '#0f1014' : '#fafafb');
}

export const theme = {
	/** What the person chose (reactive). */
	get choice(): Theme {
		return choice;
	},
	/** Chooses, paints at once, and remembers on this device (if it lets us). */
	choose(next: Theme) {
		choice = next;
		try {
			localStorage.setItem(key, next);
		} catch {
			// A device that keeps nothing still shows the choice until it is closed.
		}
		paint();
	},
	/** Reads the kept choice and follows the system while it is `system`. Returns how to stop. */
	follow(): () => void {
		choice = read();
		paint();
		const system = query();
		system.addEventListener('change', paint);
		return () => system.removeEventListener('change', paint);
	},
};
