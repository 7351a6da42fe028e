/** What the palette can do besides going somewhere. Creating opens the page that asks for the name. */
import Activity from '@lucide/svelte/icons/activity';
import BookPlus from '@lucide/svelte/icons/book-plus';
import FileUp from '@lucide/svelte/icons/file-up';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import LayoutTemplate from '@lucide/svelte/icons/layout-template';
import LogOut from '@lucide/svelte/icons/log-out';
import Monitor from '@lucide/svelte/icons/monitor';
import Moon from '@lucide/svelte/icons/moon';
import Plus from '@lucide/svelte/icons/plus';
import Sun from '@lucide/svelte/icons/sun';
import type { Component } from 'svelte';
import { goto } from '$app/navigation';
import { m } from '$lib/messages/messages.js';
import { getLocale, locales, setLocale } from '$lib/messages/runtime.js';
import { session } from '$lib/sync/index.ts';
import { theme, type Theme } from '$lib/ui/theme.svelte.ts';

export type Command = { id: string; label: string; icon: Component<any>; run: () => unknown };

/** The languages under their own names. */
export const languageNames: Record<(typeof locales)[number], string> = { en: 'English', fr: 'Français', it: 'Italiano' };

const themeIcons: Record<Theme, Component<any>> = { system: Monitor, light: Sun, dark: Moon };

/** The three themes with their words. */
export const themeChoices = (): { id: Theme; label: string; icon: Component<any> }[] => [
	{ id: 'system', label: m.frame_theme_system(), icon: themeIcons.system },
	{ id: 'light', label: m.frame_theme_light(), icon: themeIcons.light },
	{ id: 'dark', label: m.frame_theme_dark(), icon: themeIcons.dark },
];

/** The commands this person may run now; `showKeys` opens the list of keys, `signOut` asks before it leaves unsent work. */
export function commands(acts: { showKeys: () => void; signOut: () => void }): Command[] {
	const list: Command[] = [];
	if (session.may('document.edit')) {
		list.push({ id: 'new-customer', label: m.palette_new_customer(), icon: Plus, run: () => goto('/customers?new') });
		list.push({ id: 'new-template', label: m.palette_new_template(), icon: LayoutTemplate, run: () => goto('/templates?new') });
		list.push({ id: 'new-playbook', label: m.palette_new_playbook(), icon: BookPlus, run: () => goto('/playbooks?new') });
	}
	if (session.may('import')) list.push({ id: 'import', label: m.palette_import(), icon: FileUp, run: () => goto('/customers/import') });
	if (session.may('settings.change')) list.push({ id: 'operations', label: m.ops_title(), icon: Activity, run: () => goto('/operations') });
	for (const choice of themeChoices()) {
		if (choice.id !== theme.choice) list.push({ id: `theme-${choice.id}`, label: `${m.frame_theme()}: ${choice.label}`, icon: choice.icon, run: () => theme.choose(choice.id) });
	}
	for (const locale of locales) {
		if (locale !== getLocale()) list.push({ id: `language-${locale}`, label: `${m.frame_language()}: ${languageNames[locale]}`, icon: Languages, run: () => setLocale(locale) });
	}
	list.push({ id: 'keys', label: m.frame_keys(), icon: Keyboard, run: acts.showKeys });
	list.push({ id: 'sign-out', label: m.frame_sign_out(), icon: LogOut, run: acts.signOut });
	return list;
}
