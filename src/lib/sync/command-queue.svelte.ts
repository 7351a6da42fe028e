/**
 * What a person decides (SY3): kept on the device until the server answered, sent in order, once by its id however often it is
 * tried. One that can be undone is kept here from the start, too, and sent when the time for that is over. Held and refused ones
 * stay visible until somebody has read why.
 */
import type { Seen } from '#domain/commands/ground.ts';
import { leftOut } from '#domain/commands/left-out.ts';
import { backoff } from './backoff.ts';
import { newId } from './new-id.ts';
import { after, type CommandQueueOptions, isRefusal, joined, keptBack, type Outcome, type QueuedCommand } from './queued-command.ts';
import { alone, type Tabs } from './tabs.ts';

/** Server errors after which a command goes to the end of the line. */
const patience = 5;
const takenBack: Outcome = { status: 'refused', reason: 'taken-back' };

export class CommandQueue {
	#options: CommandQueueOptions;
	#commands = $state.raw<readonly QueuedCommand[]>([]);
	/** Accepted, and the mirror has not shown it yet: between the answer and the rows a screen must not fall back. */
	#unseen = $state.raw<readonly QueuedCommand[]>([]);
	#answers = new Map<string, (outcome: Outcome) => void>();
	#sending = false;
	#failures = 0;
	#timer: unknown = null;
	/** Runs when the first of those kept back may go. */
	#keptBack: unknown = null;
	#isEnded = false;
	#tabs: Tabs;
	/** Answered and gone: what was read of them from the device, or heard late, counts no more. */
	#gone = new Set<string>();
	#writing: Promise<unknown> = Promise.resolve();
	/** New commands of this tab that the device has neither taken nor refused. */
	#unwritten = $state(0);
	#stops: (() => void)[];
	/** How often the lead has changed, and after which change the device was read: what others tried is known from then on. */
	#term = 0;
	#readIn = -1;
	/** Commands of earlier visits are here. */
	readonly loaded: Promise<void>;

	constructor(options: CommandQueueOptions) {
		this.#options = options;
		const tabs = (this.#tabs = options.tabs ?? alone(options.environment));
		options.store.serve(options.onProblem, () => void this.#load());
		this.loaded = this.#load();
		this.#stops = [
			options.environment.onResume(() => void this.flush()),
			// Nobody undoes what they don't see, and a phone may never wake this page again.
			options.environment.onHide(() => this.#release(true)),
			tabs.on('commands', (body) => this.#hear(body)),
			// What a tab kept that is gone since, this one has to send; or the one that leads.
			tabs.follow((isLead) => (this.#term++, void (isLead ? this.#load().then(() => this.flush()) : this.loaded.then(() => this.#report())))),
		];
	}

	/** Not answered yet, oldest first. */
	get waiting(): readonly QueuedCommand[] {
		return this.#commands.filter((command) => command.state === 'waiting');
	}

	/** What a screen shows as done before the mirror says so: not answered yet, or accepted and not in the rows yet; in the order they were sent. */
	get unseen(): readonly QueuedCommand[] {
		return [...this.#unseen, ...this.waiting];
	}

	/** The mirror has what an accepted command changed. */
	seen(id: string): void {
		this.#unseen = this.#unseen.filter((command) => command.id !== id);
	}

	/** The ground changed meanwhile: not executed, with the reason. */
	get held(): readonly QueuedCommand[] {
		return this.#commands.filter((command) => command.state === 'held');
	}

	/** Not taken, or only in part, with the reason. */
	get refused(): readonly QueuedCommand[] {
		return this.#commands.filter((command) => command.state === 'refused');
	}

	/** Queues a command: it is sent now or when the network is back, or `keepBack` ms later, for as long as it can be undone. `outcome` resolves when the server answered, in this visit. */
	send(type: string, args: unknown, id: string = newId('command'), ground: readonly Seen[] = [], keepBack = 0): { id: string; outcome: Promise<Outcome> } {
		const now = this.#options.environment.now();
		const command: QueuedCommand = { id, type, args: $state.snapshot(args), at: after(this.waiting, now), state: 'waiting', reason: null, attempts: 0, ground, ...(keepBack > 0 ? { notBefore: now + keepBack } : {}) };
		return { id, outcome: this.#add(command) };
	}

	/** Queues a command that was made elsewhere (an export); null when it is here already. */
	take(command: QueuedCommand): Promise<Outcome> | null {
		return this.#commands.some((other) => other.id === command.id) ? null : this.#add(command);
	}

	/** Takes a held or refused command off the list: somebody read it. Returns how to put it back. */
	dismiss(id: string): () => void {
		const command = this.#find(id);
		if (!command || command.state === 'waiting') return () => {};
		void this.#remove(id);
		return () => void (this.#isEnded || this.#find(id) || this.#add(command));
	}

	/**
	 * Takes back a command that waits. One that was tried, by whichever tab, may have arrived although no answer came: then the server is
	 * asked, under the same id, to decide nothing for it any more; if it was faster, its answer stands.
	 */
	async cancel(id: string): Promise<void> {
		const command = this.#find(id);
		if (command?.state !== 'waiting' || command.isTakenBack) return;
		if (this.#isUntried(command)) return this.#answered(command, takenBack);
		await this.#keep({ ...command, isTakenBack: true });
		void this.flush();
	}

	/** Reactive: a new command isn't on the device yet. */
	get isSaving(): boolean {
		return this.#unwritten > 0;
	}

	/** Resolves when the commands so far are on the device, or couldn't be put there (`onProblem`). */
	async written(): Promise<void> {
		await this.#writing;
	}

	/** Sends what waits, in order, if this tab leads. */
	async flush(): Promise<void> {
		await this.loaded;
		if (this.#sending || this.#isEnded || !this.#tabs.isLead) return;
		this.#sending = true;
		this.#options.environment.clearTimeout(this.#timer);
		try {
			for (let next = this.#next; next && !this.#isEnded && this.#tabs.isLead; next = this.#next) if (!(await this.#try(next))) break;
		} finally {
			this.#sending = false;
		}
	}

	end(): void {
		this.#isEnded = true;
		for (const stop of this.#stops) stop();
		this.#options.environment.clearTimeout(this.#timer);
		this.#options.environment.clearTimeout(this.#keptBack);
		this.#options.store.close();
	}

	#add(command: QueuedCommand): Promise<Outcome> {
		const outcome = new Promise<Outcome>((resolve) => this.#answers.set(command.id, resolve));
		this.#commands = [...this.#commands, command];
		// Kept before it is sent: a tab that dies in between still has it.
		this.#gone.delete(command.id);
		this.#unwritten++;
		const keeping = this.#keep(command, true).finally(() => this.#unwritten--);
		this.#writing = Promise.all([this.#writing, keeping]);
		void keeping.then(() => this.#release());
		return outcome;
	}

	/** The first that may go. */
	get #next(): QueuedCommand | undefined {
		return this.waiting.find(({ notBefore, isTakenBack }) => notBefore === undefined || isTakenBack);
	}

	/** Lets those go whose time to be undone is over, or all of them; and comes back for the others. */
	#release(isAll = false): void {
		if (this.#isEnded) return;
		const { now, setTimeout, clearTimeout } = this.#options.environment;
		const at = now();
		const left = (command: QueuedCommand) => (isAll ? 0 : keptBack(command, at));
		const freed = ({ notBefore, ...command }: QueuedCommand): QueuedCommand => command;
		if (this.#commands.some((command) => command.notBefore !== undefined && left(command) === 0)) this.#commands = this.#commands.map((command) => (command.notBefore === undefined || left(command) > 0 ? command : freed(command)));
		const waits = this.#commands.map(left).filter((ms) => ms > 0);
		clearTimeout(this.#keptBack);
		if (waits.length > 0) this.#keptBack = setTimeout(() => this.#release(), Math.min(...waits));
		void this.flush();
	}

	async #load(): Promise<void> {
		const term = this.#term;
		// What can't be read, the store tries again, and says so.
		const kept = await this.#options.store.all().catch(() => null);
		if (kept === null) return;
		const known = new Map(kept.map((command) => [command.id, command]));
		// Another tab may have tried one that is here already.
		const here = this.#commands.map((command) => ({ ...command, attempts: Math.max(command.attempts, known.get(command.id)?.attempts ?? 0) }));
		this.#commands = [...kept.filter(({ id }) => !this.#find(id) && !this.#gone.has(id)), ...here];
		this.#readIn = term;
		if (this.waiting.length > 0) this.#options.environment.setTimeout(() => this.#release(), 0);
	}

	/** Tries one; false when the line must wait. */
	async #try({ id, attempts }: QueuedCommand): Promise<boolean> {
		const { call, environment } = this.#options;
		// Noted before the server can hear of it: whoever goes on when this tab dies in between must not take it for one that was never sent.
		await this.#keep({ ...this.#find(id)!, attempts: attempts + 1 });
		// As it is by now: it may have been taken back meanwhile.
		const command = this.#find(id);
		if (this.#isEnded || !this.#tabs.isLead || !command) return command === undefined;
		const { type, args, ground = [] } = command;
		const answer = await call<Outcome>('/api/commands', command.isTakenBack ? { id, type: 'take-back', args: {} } : { id, type, args, ground });
		if (this.#isEnded) return false;
		// Another tab leads by now, and was answered first: what this one heard late changes nothing.
		if (this.#find(id)?.state !== 'waiting') return true;
		if (answer.ok || isRefusal(answer.status)) {
			this.#failures = 0;
			await this.#answered(command, answer.ok ? answer.value : { status: 'refused', reason: answer.code, message: answer.message });
			return true;
		}
		const tried = { ...this.#find(id)!, reason: answer.code };
		await this.#keep(tried);
		// One that the server stumbles over again and again must not hold up the others for ever.
		if (answer.status === 500 && tried.attempts >= patience) this.#commands = [...this.#commands.filter((other) => other.id !== tried.id), tried];
		this.#timer = environment.setTimeout(() => void this.flush(), backoff(this.#failures++, environment.random));
		return false;
	}

	async #answered(command: QueuedCommand, outcome: Outcome): Promise<void> {
		if (outcome.status === 'accepted') this.#unseen = [...this.#unseen, command];
		const left = outcome.status === 'accepted' ? leftOut(outcome.result) : [];
		// What it left as it was, somebody may read only after a reload, or in another tab.
		if (left.length > 0) await this.#keep({ ...command, state: 'refused', reason: 'in-part', leftOut: left });
		else if (outcome.status === 'accepted' || outcome.reason === 'taken-back') await this.#remove(command.id);
		else await this.#keep({ ...command, state: outcome.status, reason: outcome.reason, ...(outcome.differences ? { differences: outcome.differences } : {}) });
		this.#tabs.post('commands', { answered: command, outcome });
		this.#tell(command, outcome);
	}

	/** Only the lead knows whether it was tried, once it has read what those before it noted. */
	#isUntried({ attempts }: QueuedCommand): boolean {
		return this.#tabs.isLead && this.#readIn === this.#term && attempts === 0;
	}

	#find(id: string): QueuedCommand | undefined {
		return this.#commands.find((command) => command.id === id);
	}

	#tell(command: QueuedCommand, outcome: Outcome): void {
		this.#answers.get(command.id)?.(outcome);
		this.#answers.delete(command.id);
		this.#options.onAnswered(command, outcome);
	}

	/** What another tab queued, or the lead got answered. */
	#hear({ kept, isNew, found, removed, answered, outcome }: any): void {
		if (found) this.#found(found);
		if (isNew) this.#gone.delete(kept.id);
		if (kept && !this.#gone.has(kept.id)) {
			const mine = this.#find(kept.id);
			const command = mine ? joined(mine, kept) : kept;
			this.#commands = mine ? this.#commands.map((other) => (other === mine ? command : other)) : [...this.#commands, command];
			// What was on its way to the other tab while it spoke: on the device the later of two writes stands.
			if (command !== kept) void this.#options.store.put(command);
			if (command.isTakenBack && this.#isUntried(command)) void this.#answered(command, takenBack);
			else if (isNew || command.isTakenBack) this.#release();
		}
		if (removed) this.#drop(removed);
		if (!answered) return;
		if (outcome.status === 'accepted') this.#unseen = [...this.#unseen, answered];
		this.#tell(answered, outcome);
	}

	/** What this tab found on the device the lead may never have heard of: it was decided under another role, which is another place. */
	#report(): void {
		if (!this.#tabs.isLead) for (const found of this.waiting) this.#tabs.post('commands', { found });
	}

	/** Another tab has it waiting: it is sent, or that tab is told what became of it before it listened. */
	#found(command: QueuedCommand): void {
		const mine = this.#find(command.id);
		if (!this.#tabs.isLead || mine?.state === 'waiting') return;
		if (mine || this.#gone.has(command.id)) return this.#tabs.post('commands', mine ? { kept: mine } : { removed: command.id });
		this.#commands = [...this.#commands, command];
		this.#release();
	}

	async #keep(command: QueuedCommand, isNew = false): Promise<void> {
		this.#commands = this.#commands.map((other) => (other.id === command.id ? command : other));
		await this.#options.store.put(command);
		this.#tabs.post('commands', { kept: command, isNew });
	}

	#drop(id: string): void {
		this.#gone.add(id);
		this.#commands = this.#commands.filter((other) => other.id !== id);
	}

	async #remove(id: string): Promise<void> {
		this.#drop(id);
		this.#tabs.post('commands', { removed: id });
		await this.#options.store.remove(id);
	}
}
