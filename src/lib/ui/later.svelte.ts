/** Parts that a page can be shown without: loaded when a person first asks for them, so that a cold phone doesn't wait for what it may never open. */
import type { Component } from 'svelte';
import { m } from '$lib/messages/messages.js';
import { toast } from './toasts.svelte.ts';

export type Later = {
	/** The part once it is here (reactive). */
	readonly component: Component<any> | null;
	/** Loads it; false when it couldn't be: the person has been told to reload, as some browsers remember that a module failed. */
	ask: () => Promise<boolean>;
};

/** A component that is loaded when first asked for, once for the whole app. */
export function later(load: () => Promise<{ default: Component<any, any, any> }>): Later {
	let component = $state.raw<Component<any> | null>(null);
	let asked: Promise<boolean> | null = null;
	const get = async () => {
		try {
			component = (await load()).default;
			return true;
		} catch {
			asked = null;
			toast(m.ui_part_missing(), { status: 'warned' });
			return false;
		}
	};
	return {
		get component() {
			return component;
		},
		ask: () => (asked ??= get()),
	};
}
