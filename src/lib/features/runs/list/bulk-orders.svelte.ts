/**
 * One order on many runs (RU3): the command that a single run gets, once for each, through the queue; so it is judged by the same rule,
 * waits without network, and what isn't sent yet can be taken back. Each run answers for itself.
 */
import { idInAct } from '#domain/commands/own-consequence.ts';
import { newId, queue, send } from '$lib/sync/index.ts';
import type { ListedRun } from '#domain/engine/listed-run.ts';
import { orders, type OrderKind } from '../orders.ts';
import { refusalText } from '../refusals.ts';

/** More at once would keep a device's other decisions waiting for minutes. */
export const mostAtOnce = 1_000;

type Details = { reason: string; missed?: string; stepId?: string };
export type RunAnswer = { run: ListedRun; refusal: string | null };

export class BulkOrder {
	readonly kind: OrderKind;
	readonly total: number;
	/** The runs that have answered. */
	answers = $state.raw<readonly RunAnswer[]>([]);
	/** Taken back before they were sent. */
	takenBack = $state(0);
	#commands: string[];

	/** Sends at once. */
	constructor(kind: OrderKind, runs: readonly ListedRun[], details: Details) {
		this.kind = kind;
		this.total = runs.length;
		// What the first of them leads to doesn't hold the rest (ADR 28).
		const act = newId('command');
		this.#commands = runs.map((run, n) => {
			const { id, outcome } = send(orders[kind].command, { runId: run.id, ...details }, idInAct(act, n));
			void outcome.then((answer) => {
				if (answer.status !== 'accepted' && answer.reason === 'taken-back') this.takenBack++;
				else this.answers = [...this.answers, { run, refusal: answer.status === 'accepted' ? null : refusalText(answer) }];
			});
			return id;
		});
	}

	get isDone(): boolean {
		return this.answers.length + this.takenBack >= this.total;
	}
	get done(): number {
		return this.answers.filter(({ refusal }) => refusal === null).length;
	}
	get refused(): readonly { run: ListedRun; refusal: string }[] {
		return this.answers.flatMap(({ run, refusal }) => (refusal === null ? [] : [{ run, refusal }]));
	}

	/** Takes back what isn't sent yet; what was sent ends. */
	cancel(): void {
		for (const id of this.#commands) void queue.cancel(id);
	}

	/** Somebody has read what became of it: the refusals needn't be shown again. */
	read(): void {
		for (const id of this.#commands) queue.dismiss(id);
	}
}

let current = $state.raw<BulkOrder | null>(null);

/** The bulk order that is shown: it outlives the page that began it (reactive). */
export const bulkOrder = {
	get current(): BulkOrder | null {
		return current;
	},
	show: (order: BulkOrder): void => void (current = order),
	close(): void {
		current?.read();
		current = null;
	},
};
