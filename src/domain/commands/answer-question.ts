import * as v from 'valibot';
import { id, text, type Command } from './command.ts';
import { taskGround } from './ground.ts';

const args = v.object({ taskId: id, /** A choice's id, a text, a number, or an ISO date. */ answer: v.union([text(2_000), v.pipe(v.number(), v.finite())]) });

/** Answers what a playbook asks; its run goes on by it. Held when somebody else did, the run doesn't ask any more, or its customer stands elsewhere in the meantime. */
export const answerQuestion = { type: 'answer-question', permission: 'task.complete', args, ground: ({ taskId }, read) => taskGround(read, taskId) } satisfies Command<v.InferOutput<typeof args>>;
