import { allSteps } from '#domain/engine/next-step.ts';
import { m } from '$lib/messages/messages.js';
import { actionWords, kindWords, wordOf } from '../flow/words.ts';
import type { Draft } from './draft.svelte.ts';

/** What the panel is about: the kind of the selected step, or the playbook itself. */
export function panelTitle(draft: Draft): string {
	const at = draft.selected;
	if (at === 'trigger') return m.playbook_trigger();
	if (at === 'filters') return m.playbook_filters();
	if (at === 'entry') return m.playbook_entry();
	const step = allSteps(draft.definition.steps).find(({ id }) => id === at);
	if (!step) return m.playbook_about();
	return step.kind === 'action' ? wordOf(actionWords, step.action) : wordOf(kindWords, step.kind === 'split' && step.question ? 'question' : step.kind);
}
