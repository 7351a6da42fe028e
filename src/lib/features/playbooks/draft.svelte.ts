/** A playbook's draft on this screen: what it says now, what is wrong with it, who holds which step, what is selected. */
import { initialAsking } from '#domain/actions/ask-question.ts';
import type { PlaybookDefinition, Problem } from '#domain/documents/playbook/definition.ts';
import { commentsOf, type Comment } from '#domain/documents/playbook/comments.ts';
import { hashOf } from '#domain/documents/playbook/hash.ts';
import { definition } from '#domain/documents/playbook/projection.ts';
import type { ConditionField } from '#domain/conditions/fields.ts';
import type { Asks } from '#domain/engine/question.ts';
import { problemsIn, type Finding } from '#domain/engine/check-references.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { OtherPlaybook } from '#domain/engine/playbook-loops.ts';
import { edit, mirror, newId, undoOf, watch, type OpenDocument, type Peer } from '$lib/sync/index.ts';
import { m } from '$lib/messages/messages.js';
import { sayRefusal } from '$lib/ui/say-refusal.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';
import { namesWithin, type Names } from '../flow/values.ts';
import { readableFields } from './condition/readable-fields.ts';

/** Where a step stands or shall stand. */
export type Place = { parent: string; branch: string; after: string | null };
/** What may be put in: a question is a split, too. */
export type NewStep = 'action' | 'wait' | 'split' | 'question' | 'stop';
/** What may be selected: 'trigger', 'filters', 'entry', or a step's id. */
export type At = string;

export class Draft {
	readonly id: string;
	readonly document: OpenDocument;
	selected = $state<At | null>(null);
	/** Where the picker of steps is open. */
	inserting = $state.raw<Place | null>(null);
	/** A step just inserted, which takes the focus when the picker has closed. */
	arrived = $state<string | null>(null);
	/** The step that is being dragged. */
	dragged = $state<string | null>(null);
	#definition: { readonly current: PlaybookDefinition };
	#comments: { readonly current: Comment[] };

	constructor(id: string, document: OpenDocument) {
		this.id = id;
		this.document = document;
		this.#definition = watch(document, definition);
		this.#comments = watch(document, (doc) => commentsOf(doc));
		// Undo begins with the first edit on this page, not after it.
		undoOf(document);
	}

	get definition(): PlaybookDefinition {
		return this.#definition.current;
	}
	get comments(): Comment[] {
		return this.#comments.current;
	}
	get isReadOnly(): boolean {
		return this.document.status.isReadOnly;
	}
	get undo() {
		return undoOf(this.document);
	}

	/** What its steps ask people. */
	readonly questions: readonly Asks[] = $derived.by(() => this.names.asks ?? []);
	/** What ids are called in it, its answers among them. */
	readonly names: Names = $derived.by(() => namesWithin(this.definition, mirror));
	/** What a condition may read: a branch's answers, too. */
	fields = (settings: WorkspaceSettings, owner: string): ConditionField[] => readableFields(this.definition, settings, owner);

	readonly findings: readonly Finding[] = $derived.by(() => problemsIn(this.definition, mirror.settings, this.#others(), this.id));
	readonly errors: readonly Finding[] = $derived(this.findings.filter(({ severity }) => severity === 'error'));
	readonly warnings: readonly Finding[] = $derived(this.findings.filter(({ severity }) => severity === 'warning'));
	readonly hash: string = $derived(hashOf(this.definition));

	#others(): OtherPlaybook[] {
		return mirror.rows('playbook').filter((row) => row.id !== this.id).map((row) => ({ id: row.id, name: row.name, definition: row.draft, isActive: mirror.row('activation', row.id)?.state === 'active' }));
	}

	problemsAt(at: At): Problem[] {
		return this.errors.filter((problem) => problem.at === at);
	}
	openComments(at: At): number {
		return this.comments.filter((comment) => comment.step === at && !comment.isResolved).length;
	}
	/** Colleagues who are on this step now, each once. */
	holders(at: At): Peer['user'][] {
		return [...new Map(this.document.peers.filter(({ state }) => state.at === at).map(({ user }) => [user.id, user])).values()];
	}

	/** Makes an edit; a refusal is said. Returns why not, or null. */
	do(name: string, args: unknown): string | null {
		return sayRefusal(edit(this.document, name, args));
	}

	insert(place: Place, kind: NewStep, action?: string): void {
		const id = newId('step');
		const params = kind === 'wait' ? { mode: 'for', amount: 1, unit: 'days' } : kind === 'question' ? { by: 'answer', ...initialAsking() } : undefined;
		this.inserting = null;
		if (this.do('insert-step', { id, kind: kind === 'question' ? 'split' : kind, action, params, ...place }) !== null) return;
		if (kind === 'question') this.nameAnswers([`${id}_1`, `${id}_2`]);
		this.selected = this.arrived = id;
	}
	/** Gives the first two answers of a question the words that most have. */
	nameAnswers(branches: readonly (string | undefined)[]): void {
		for (const [n, name] of [m.answer_yes(), m.answer_no()].entries()) if (branches[n] !== undefined) this.do('set-branch', { id: branches[n], name });
	}
	remove(id: string): void {
		if (this.do('remove-step', { id }) !== null) return;
		if (this.selected === id) this.selected = null;
		toast(m.playbook_step_removed(), { act: { label: m.ui_undo(), run: () => this.undo.undo() } });
	}
}
