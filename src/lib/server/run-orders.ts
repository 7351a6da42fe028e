/** Orders on runs by the HTTP API (docs/api.md): the commands that people send, under ids of their own, once each. */
import type { RequestEvent } from '@sveltejs/kit';
import { maxLength, minLength, object, optional, picklist, pipe, array, string, trim, type InferOutput } from 'valibot';
import { id } from '#domain/commands/command.ts';
import { missedChoices } from '#domain/engine/missed.ts';
import type { Outcome } from '#domain/commands/command.ts';
import { answer, refuse } from './answer.ts';
import { countedFor, programAt } from './api-keys.ts';
import { decide } from './commands/decide.ts';
import { derivedId } from './commands/decision.ts';
import { bodyAt } from './door.ts';
import type { Member } from './session.ts';

const commandOf = { pause: 'pause-run', resume: 'resume-run', stop: 'stop-run', retry: 'retry-step', skip: 'skip-step', jump: 'jump-to-step', again: 'run-again' } as const;
export const runActions = Object.keys(commandOf) as (keyof typeof commandOf)[];
type RunAction = keyof typeof commandOf;

/** Runs of one bulk call. */
const most = 100;
const detail = { reason: optional(pipe(string(), trim(), maxLength(500)), ''), missed: optional(picklist(missedChoices)), stepId: optional(id) };
const one = object(detail);
const many = object({ action: picklist(runActions), runIds: pipe(array(id), minLength(1), maxLength(most)), ...detail });

const key = /^[A-Za-z0-9_-]{8,64}$/;
const badKey = 'An Idempotency-Key has 8 to 64 of A-Z a-z 0-9 _ -.';
/** How an outcome is answered: what the state of the run forbids is a conflict, what isn't there a 404. */
const statusOf = ({ status, reason }: Outcome): number => (status === 'accepted' ? 200 : status === 'held' ? 409 : reason?.startsWith('no-such-') ? 404 : reason === 'no-right' ? 403 : 422);
const messages: Record<string, string> = {
	'no-such-run': 'There is no such run in this workspace.',
	'no-such-step': 'The version of this run has no such step.',
	'run-moved-on': 'The run is not in a state for this; `detail.state` says in which it is.',
	'changed-meanwhile': 'The run moved on while this was decided. Read it again and decide anew.',
	'still-running': 'The run has not ended. Stop it first, or jump to a step.',
	'not-active': 'The playbook is not active: nothing new begins.',
	'settle-first': 'Nobody knows what became of something this run asked for. A person says so on the run’s page first.',
	running: 'The customer is in this playbook already.',
	'no-such-customer': 'The customer of this run is not there any more.',
	burst: 'The customer has begun so many runs in the last minute that a loop is suspected. Try again in a minute.',
	'key-used': 'This Idempotency-Key was used for this order with another body. Nothing was done: send a new key.',
	migrating: 'Runs of this playbook are being moved already. Wait until that is over.',
	'nobody-to-move': 'Nothing is under way on another version.',
	'migration-over': 'The move is not in a state for this; `detail.state` says in which it is.',
	'no-such-version': 'The playbook has no such version.',
	'no-such-migration': 'There is no such move in this workspace.',
	'not-valid': 'A part of the call is missing or wrong; `detail` says which.',
};

type Detail = InferOutput<typeof one>;

/** One order, under an id of the caller's idempotency key, the run and the action: said again, it is answered the same; with another body it is refused. */
async function order(event: RequestEvent, member: Member, action: RunAction, runId: string, { reason, missed, stepId }: Detail): Promise<Outcome> {
	const { db, settings, after } = event.locals;
	const given = event.request.headers.get('idempotency-key');
	const commandId = given ? await derivedId('command', member.workspaceId, member.user.id, given, action, runId) : `command_${crypto.randomUUID()}`;
	const args = { runId, reason, ...(action === 'resume' && missed ? { missed } : {}), ...(action === 'jump' ? { stepId } : {}) };
	return decide({ db, settings, member, after }, { id: commandId, type: commandOf[action], args });
}

const told = ({ status, reason, detail, result }: Outcome) => ({ status, ...(reason ? { code: reason, message: messages[reason] ?? reason } : {}), ...(detail === undefined ? {} : { detail }), ...(result === undefined ? {} : { result }) });

/** Any command, as a program sends it: once for each idempotency key, type and arguments. */
export async function orderByProgram(event: RequestEvent, member: Member, type: string, args: object): Promise<Response> {
	const { db, settings, after } = event.locals;
	const given = event.request.headers.get('idempotency-key');
	if (given !== null && !key.test(given)) return refuse(400, 'bad-idempotency-key', badKey);
	const commandId = given ? await derivedId('command', member.workspaceId, member.user.id, given, type, JSON.stringify(args)) : `command_${crypto.randomUUID()}`;
	const outcome = await decide({ db, settings, member, after }, { id: commandId, type, args });
	return answer(told(outcome), statusOf(outcome));
}

/** The caller and the body, or what is wrong with either. */
async function asked<S extends typeof one | typeof many>(event: RequestEvent, schema: S): Promise<{ member: Member; value: InferOutput<S> } | Response> {
	const member = await programAt(event);
	if (member instanceof Response) return member;
	const given = event.request.headers.get('idempotency-key');
	if (given !== null && !key.test(given)) return refuse(400, 'bad-idempotency-key', badKey);
	const body = await bodyAt(event, schema);
	return body instanceof Response ? body : { member, value: body.value as InferOutput<S> };
}

/** `POST /api/v1/runs/ID/ACTION` */
export async function orderOne(event: RequestEvent): Promise<Response> {
	const { id: runId = '', action = '' } = event.params;
	if (!Object.hasOwn(commandOf, action)) return refuse(404, 'no-such-action', `A run can be told to: ${runActions.join(', ')}.`);
	const call = await asked(event, one);
	if (call instanceof Response) return call;
	const outcome = await order(event, call.member, action as RunAction, runId, call.value);
	return answer(told(outcome), statusOf(outcome));
}

/** `POST /api/v1/runs/bulk`: each run answers for itself, in the order they were named. */
export async function orderMany(event: RequestEvent): Promise<Response> {
	const call = await asked(event, many);
	if (call instanceof Response) return call;
	const { action, runIds, ...rest } = call.value;
	const named = new Set(runIds);
	// The call itself was counted as one.
	const tooMany = await countedFor(event, call.member, named.size - 1);
	if (tooMany) return tooMany;
	const results = [];
	for (const runId of named) results.push({ runId, ...told(await order(event, call.member, action, runId, rest)) });
	return answer({ results });
}
