/** One long-running part of the stack as a process group of its own, with what it said last, so that it can be started again or ended whole. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './settings.ts';

export interface PartOptions {
	name: string;
	command: readonly string[];
	env: Record<string, string>;
	/** Answers 200 when the part is ready. */
	health: string;
	/** Everything it prints goes there. */
	log: string;
	/** Called when it ends without having been asked to. */
	onLost: (part: Part) => void;
}

const startTimeout = 120_000;
const stopTimeout = 4_000;

export class Part {
	readonly name: string;
	readonly #options: PartOptions;
	#child: ChildProcess | null = null;
	#ended: Promise<void> = Promise.resolve();
	#isWanted = false;
	#said: string[] = [];

	constructor(options: PartOptions) {
		this.name = options.name;
		this.#options = options;
	}

	/** The last lines it printed, for a person who must find out why it ended. */
	get lastWords(): string {
		return this.#said.join('').split('\n').slice(-25).join('\n').trim();
	}

	/** Starts it and waits until it answers. Throws with its last words when it ends or stays silent, and when the signal says to give up. */
	async start(signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		const { command, env, health, log, name, onLost } = this.#options;
		// Its own group: Ctrl-C in the terminal doesn't reach it, so that we end the parts in order.
		const child = spawn(process.execPath, [join(root, 'scripts', 'leash.ts'), ...command], { cwd: root, env: { ...process.env, ...env } as NodeJS.ProcessEnv, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
		this.#child = child;
		this.#isWanted = true;
		child.stdin?.on('error', () => undefined);
		const hear = (chunk: Buffer) => {
			this.#said = [...this.#said.slice(-100), String(chunk)];
			appendFileSync(log, chunk);
		};
		child.stdout?.on('data', hear);
		child.stderr?.on('data', hear);
		let hasEnded = false;
		this.#ended = new Promise((resolve) => {
			child.once('exit', () => {
				hasEnded = true;
				if (this.#child === child && this.#isWanted && isReady) onLost(this);
				resolve();
			});
		});
		let isReady = false;
		const deadline = Date.now() + startTimeout;
		while (!isReady) {
			signal?.throwIfAborted();
			if (hasEnded) throw new Error(`${name} ended while starting. It said:\n${this.lastWords}`);
			if (Date.now() > deadline) throw new Error(`${name} did not answer at ${health} within ${startTimeout / 1000} s. It said:\n${this.lastWords}`);
			isReady = await fetch(health, { signal: AbortSignal.timeout(5_000) }).then(
				async (response) => (await response.arrayBuffer(), response.ok),
				() => false,
			);
			if (!isReady) await pause(100);
		}
	}

	/** Sends a signal to the whole group now, as a crash would, and waits until it has gone. */
	async kill(signal: NodeJS.Signals): Promise<void> {
		this.#isWanted = false;
		this.#signal(signal);
		await this.#ended;
		await this.#groupGone();
	}

	/** Asks it to end, and makes it after four seconds. Nothing of its group is left. */
	async stop(): Promise<void> {
		this.#isWanted = false;
		if (!this.#child) return;
		this.#signal('SIGTERM');
		await Promise.race([this.#ended, pause(stopTimeout, undefined, { ref: false })]);
		this.#signal('SIGKILL');
		await this.#ended;
		await this.#groupGone();
		this.#child = null;
	}

	#signal(signal: NodeJS.Signals | 0): boolean {
		try {
			return this.#child?.pid !== undefined && process.kill(-this.#child.pid, signal);
		} catch {
			return false; // Nobody is left.
		}
	}

	async #groupGone(): Promise<void> {
		for (let tries = 0; tries < 100 && this.#signal(0); tries += 1) await pause(20);
	}
}
