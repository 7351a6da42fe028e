/** Where the frame leads: the rail, the bottom bar, the palette and the `g` keys are drawn from this one list. */
import BookOpenCheck from '@lucide/svelte/icons/book-open-check';
import Building2 from '@lucide/svelte/icons/building-2';
import House from '@lucide/svelte/icons/house';
import LayoutTemplate from '@lucide/svelte/icons/layout-template';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Route from '@lucide/svelte/icons/route';
import Send from '@lucide/svelte/icons/send';
import Settings from '@lucide/svelte/icons/settings';
import type { Component } from 'svelte';
import { m } from '$lib/messages/messages.js';

export type Place = { id: string; href: string; label: () => string; shortLabel?: () => string; icon: Component<any>; key: string; isOnPhoneBar: boolean };

export const places: readonly Place[] = [
	{ id: 'home', href: '/', label: m.nav_home, icon: House, key: 'h', isOnPhoneBar: true },
	{ id: 'actions', href: '/actions', label: m.nav_actions, shortLabel: m.nav_actions_short, icon: ListChecks, key: 'a', isOnPhoneBar: true },
	{ id: 'customers', href: '/customers', label: m.nav_customers, icon: Building2, key: 'c', isOnPhoneBar: true },
	{ id: 'playbooks', href: '/playbooks', label: m.nav_playbooks, icon: BookOpenCheck, key: 'p', isOnPhoneBar: true },
	{ id: 'runs', href: '/runs', label: m.runs_title, icon: Route, key: 'r', isOnPhoneBar: false },
	{ id: 'templates', href: '/templates', label: m.nav_templates, icon: LayoutTemplate, key: 't', isOnPhoneBar: false },
	{ id: 'outbox', href: '/outbox', label: m.nav_outbox, icon: Send, key: 'o', isOnPhoneBar: false },
	{ id: 'settings', href: '/settings', label: m.nav_settings, icon: Settings, key: 's', isOnPhoneBar: false },
];

/** Whether the place is where `path` is: itself or below. */
export const isAt = (place: Pick<Place, 'href'>, path: string): boolean => (place.href === '/' ? path === '/' : path === place.href || path.startsWith(`${place.href}/`));
