/**
 * The key of one side effect (R10): the run, the step's number in it and the part; never the attempt. Readable, the same
 * on every machine, and shorter than the 256 characters that Resend’s `Idempotency-Key` takes; an id (S2), because a task has it as its own.
 */
export const intentKey = (runId: string, number: number, part: number): string => `${runId}-${number}-${part}`;
