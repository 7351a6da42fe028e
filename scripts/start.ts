/** `npm start`: the whole product on this machine until Ctrl-C. What it keeps is in CUEBOOK_STATE (.cuebook). */
import { CannotStart, portsFrom, stateFrom } from './settings.ts';
import { startStack, type Stack } from './stack.ts';

/** Settings of the app and the rooms that a person may give to npm start. */
const passedOn = (env: Record<string, string | undefined>): Record<string, string> => {
	const names = ['RESEND_URL', 'RESEND_API_KEY', 'RESEND_WEBHOOK_SECRET', 'CUEBOOK_OWNER_EMAIL', 'APP_URL', 'PUBLIC_ROOMS_URL', 'VAPID_SUBJECT'];
	return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
};

/** Runs the stack until it is told to end or a part is lost; then nothing of it is left. */
export const runUntilStopped = async (app: 'built' | 'dev'): Promise<void> => {
	let stack: Stack | null = null;
	let ending: Promise<never> | null = null;
	const end = (code: number, line: string) =>
		(ending ??= (async () => {
			console.log(line);
			// While it is still starting, the start itself is cut short below.
			await stack?.stop();
			process.exit(code);
		})());
	const starting = new AbortController();
	const onSignal = () => (stack ? void end(0, '\nStopping …') : starting.abort());
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
	process.on('disconnect', onSignal);
	try {
		stack = await startStack({
			state: stateFrom(process.env),
			ports: portsFrom(process.env),
			env: passedOn(process.env),
			app,
			say: (line) => console.log(line),
			signal: starting.signal,
			onLost: (name, lastWords) => void end(1, `${name} ended unexpectedly; stopping everything. It said last:\n${lastWords}`),
		});
		const link = await stack.firstLink();
		console.log(`\nCuebook runs at ${stack.appUrl}\nSign in (works once): ${link}\n\nCtrl-C stops it. Everything is kept in ${stateFrom(process.env)}.`);
	} catch (error) {
		if (starting.signal.aborted) await end(0, 'Stopped while starting.');
		await end(1, error instanceof CannotStart ? error.message : String((error as Error).message));
	}
};

if (import.meta.main) await runUntilStopped('built');
