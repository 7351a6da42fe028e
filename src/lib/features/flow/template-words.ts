/** A text with variables as people read it where it isn't written: `Hello {{ customer.name }}` is “Hello [Customer · Name]”. */
import type { Asks } from '#domain/engine/question.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { variables } from '#domain/text/variables.ts';
import { m } from '$lib/messages/messages.js';
import { fieldGroupWords, wordOf } from './words.ts';
import { variableLabel } from './variable-words.ts';

/** What variables are named by: the workspace's fields, and what the playbook asks people. */
type Known = { settings: WorkspaceSettings; asks?: readonly Asks[] | undefined };

/** A variable by its path, in the words of its picker; `…` for one that the picker doesn't have. */
export function variableWords(path: string, { settings, asks = [] }: Known): string {
	const known = variables(settings).find((one) => one.path === path);
	if (known) return `${wordOf(fieldGroupWords, known.group)} · ${variableLabel(known)}`;
	const asked = asks.find(({ stepId }) => path.startsWith(`run.vars.${stepId}.`));
	// A question may hold variables itself: those aren't followed further.
	return asked ? m.field_answer_of({ question: templateWords(asked.question, { settings }) }) : '…';
}

/** The text with its variables in words. What only decides or repeats (`{% if … %}`) isn't told. */
export function templateWords(text: string, known: Known): string {
	if (!text.includes('{{') && !text.includes('{%')) return text;
	return text.replace(/\{%[\s\S]*?(?:%\}|$)/g, '').replace(/\{\{-?\s*([\s\S]*?)\s*-?(?:\}\}|$)/g, (_, code: string) => {
		const path = /^[a-z]+(?:\.[\w-]+)+/i.exec(code)?.[0];
		return `[${path ? variableWords(path, known) : '…'}]`;
	}).replaceAll('}}', '').trim();
}
