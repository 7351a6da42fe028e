/**
 * Changing many customers at once (CU12): in commands of a few, one after the other through the queue, so that progress is seen, what isn't
 * sent can be taken back, and without network all of it waits. Each customer answers for itself.
 */
import type { BulkArgs, BulkResult } from '#domain/commands/edit-customers.ts';
import { canonical } from '#domain/value.ts';
import { groundNow, queue, send, type Outcome } from '$lib/sync/index.ts';
import { groundOver, valueOf } from './bulk-overlay.ts';
import type { Customer } from './lines.ts';

/** Customers in one command: some answer within a second. */
const piece = 10;
export type Edits = BulkArgs['edits'];
type Change = Pick<BulkArgs, 'edits' | 'only'>;

/** Edits on their way to the rooms or not seen in the rows yet (reactive). */
export const pendingBulk = (): BulkArgs[] => queue.unseen.filter(({ type }) => type === 'edit-customers').map(({ args }) => ({ only: [], ...(args as Omit<BulkArgs, 'only'>) }));

/** What takes an edit of one customer back, as it was before; null when it changed nothing. */
export function inverseOf(customer: Customer, edits: Edits): Change | null {
	const back: Edits = [];
	const only: BulkArgs['only'] = [];
	for (const { edit, args } of edits) {
		if (edit === 'set-field') {
			const field = args.field as string;
			const before = valueOf(customer, field);
			if (canonical(before) === canonical(args.value ?? null)) continue;
			back.push({ edit, args: { field, value: before } });
			only.push({ field, value: args.value ?? null });
			continue;
		}
		const isTag = edit.endsWith('-tag');
		const isHere = (isTag ? customer.tags : customer.team).includes((isTag ? args.tag : args.userId) as string);
		if (isHere !== edit.startsWith('add-')) back.push({ edit: (edit.startsWith('add-') ? edit.replace('add-', 'remove-') : edit.replace('remove-', 'add-')) as Edits[number]['edit'], args });
	}
	return back.length === 0 ? null : { edits: back, only };
}

export class BulkRun {
	readonly total: number;
	/** What became of the customers that have answered. */
	results = $state.raw<readonly BulkResult[]>([]);
	/** Taken back before they were sent. */
	takenBack = $state(0);
	#commands: string[] = [];
	#back: ReadonlyMap<string, Change>;

	/** Sends at once. `back`: what takes each customer's change back. */
	constructor(parts: readonly (Change & { customerIds: readonly string[] })[], back: ReadonlyMap<string, Change> = new Map()) {
		this.total = parts.reduce((sum, { customerIds }) => sum + customerIds.length, 0);
		this.#back = back;
		for (const { customerIds, ...change } of parts) this.#send(customerIds, change);
	}

	get isDone(): boolean {
		return this.results.length + this.takenBack >= this.total;
	}

	/** Takes back what isn't sent yet; what was sent ends. */
	cancel(): void {
		for (const id of this.#commands) void queue.cancel(id);
	}

	/** Somebody has read whom it left as they were: that needn't be shown again. What was held can still be decided. */
	read(): void {
		for (const { id, leftOut } of queue.refused) if (leftOut && this.#commands.includes(id)) queue.dismiss(id);
	}

	of(outcome: BulkResult['outcome']): BulkResult[] {
		return this.results.filter((result) => result.outcome === outcome);
	}

	/** Whether there is something to take back. */
	get canUndo(): boolean {
		return this.isDone && this.of('changed').some(({ customerId }) => this.#back.has(customerId));
	}

	/** Puts the values from before back, where they are still as this edit left them. Returns the run that does. */
	undo(): BulkRun {
		const groups = new Map<string, Change & { customerIds: string[] }>();
		for (const { customerId } of this.of('changed')) {
			const change = this.#back.get(customerId);
			if (!change) continue;
			const group = groups.get(canonical(change));
			if (group) group.customerIds.push(customerId);
			else groups.set(canonical(change), { ...change, customerIds: [customerId] });
		}
		return new BulkRun([...groups.values()]);
	}

	#send(ids: readonly string[], change: Change): void {
		// Before any of it is on its way itself.
		const pending = pendingBulk();
		for (let from = 0; from < ids.length; from += piece) {
			const customerIds = ids.slice(from, from + piece);
			const args = { customerIds, ...change };
			const { id, outcome } = send('edit-customers', args, undefined, groundOver(groundNow('edit-customers', args), pending));
			this.#commands.push(id);
			void outcome.then((answer) => this.#take(customerIds, answer));
		}
	}

	#take(customerIds: readonly string[], answer: Outcome): void {
		if (answer.status === 'accepted') this.results = [...this.results, ...(answer.result as { results: BulkResult[] }).results];
		else if (answer.reason === 'taken-back') this.takenBack += customerIds.length;
		else this.results = [...this.results, ...customerIds.map((customerId): BulkResult => ({ customerId, outcome: 'refused', reason: answer.reason }))];
	}
}

/** Edits these customers alike, in a way that can be taken back. */
export function editAll(customers: readonly Customer[], edits: Edits): BulkRun {
	const back = new Map(customers.flatMap((customer) => {
		const change = inverseOf(customer, edits);
		return change ? [[customer.id, change] as const] : [];
	}));
	return new BulkRun([{ customerIds: customers.map(({ id }) => id), edits, only: [] }], back);
}

let current = $state.raw<BulkRun | null>(null);

/** The bulk edit that is shown: it outlives the page that began it (reactive). */
export const bulk = {
	get current(): BulkRun | null {
		return current;
	},
	show(run: BulkRun): void {
		current?.read();
		current = run;
	},
	close(): void {
		current?.read();
		current = null;
	},
};
