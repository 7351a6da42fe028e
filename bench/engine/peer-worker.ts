/** A peer's worker, a process of its own that can be killed. Says by IPC how late each job began; a job with an address calls it. */
/* eslint-disable @typescript-eslint/ban-ts-comment -- what the bench installs into bench/node_modules is there or isn't */

export type Job = { dueAt: number; id: string; url?: string };
const late: number[] = [];
const does = async ({ dueAt, id, url }: Job): Promise<void> => {
	late.push(Date.now() - dueAt);
	if (url) await (await fetch(url, { method: 'POST', body: id })).text();
};
setInterval(() => late.length > 0 && process.send!(late.splice(0)), 20);

const [kind, address] = process.argv.slice(2);
if (kind === 'bullmq') {
	// @ts-ignore
	const { Worker } = await import('bullmq');
	new Worker('bench', async (job: { data: Job }) => does(job.data), { connection: { url: address } }).on('error', (error: Error) => console.error(error.message));
} else {
	// @ts-ignore
	const { run, Logger } = await import('graphile-worker');
	const batched = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0, localQueue: { size: 500 }, concurrentJobs: 10 } };
	await run({
		connectionString: address,
		noHandleSignals: true,
		logger: new Logger(() => () => undefined),
		taskList: { bench: async (payload: unknown) => does(payload as Job) },
		...(kind === 'graphile-batched' ? { preset: batched } : {}),
	});
}
process.send!([]);
