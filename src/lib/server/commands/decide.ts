/** Decides commands (design.md: what people decide): by right, by the truth of the moment, once for each id. */
import { safeParse } from 'valibot';
import { commitIn, decidedCommand, keepDecision, type DecidedCommand } from '#db/commands.ts';
import type { Database } from '#db/client.ts';
import { readGround } from '#db/ground.ts';
import { forBatch, type Statement } from '#db/statement.ts';
import { may } from '#domain/access/roles.ts';
import type { Command, Outcome } from '#domain/commands/command.ts';
import { differences, type Seen } from '#domain/commands/ground.ts';
import { commands, type CommandType } from '#domain/commands/index.ts';
import { canonical } from '#domain/value.ts';
import type { Settings } from '../environment.ts';
import { poke, wake } from '../rooms.ts';
import type { Member } from '../session.ts';
import type { Decision, Deciding } from './decision.ts';
import { handlers } from './index.ts';
import { isDoneByBox } from './notes.ts';
import { byOthers } from './own-consequences.ts';

/** `ground` is what the person saw when deciding; without it (a device of an earlier version) the handler alone judges. */
export type Asked = { id: string; type: string; args: unknown; ground?: readonly Seen[] };
type Context = { db: Database; settings: Settings; member: Member; after: (work: Promise<unknown>) => void };

/** How often a decision is made anew when the ground moves between reading and writing. */
const tries = 3;

/**
 * The outcome of a command; the same for the same id, whenever it comes again. A program, which chooses its keys itself, is told when it has used one for something else. Throws when store or rooms can't be reached: then
 * nothing is decided, or what was decided is told at the next try.
 */
export async function decide(context: Context, asked: Asked): Promise<Outcome> {
	const { db, member } = context;
	const before = await decidedCommand(db, asked.id);
	if (before) return member.isProgram && canonical(before.args) !== canonical(asked.args) ? { status: 'refused', reason: 'key-used' } : toldAgain(before, member);
	const command: Command | null = Object.hasOwn(commands, asked.type) ? commands[asked.type as CommandType] : null;
	if (!command) return { status: 'refused', reason: 'unknown-command', detail: 'This server does not know the command. Reload the app.' };
	if (command.permission && !may(member.role, command.permission)) return keep(context, asked, command, { status: 'refused', reason: 'no-right' });
	const parsed = safeParse(command.args, asked.args);
	if (!parsed.success) {
		const [issue] = parsed.issues;
		const at = issue.path?.map(({ key }) => String(key)).join('.');
		return keep(context, asked, command, { status: 'refused', reason: 'not-valid', detail: at ? `${at}: ${issue.message}` : issue.message });
	}
	for (let n = 0; n < tries; n++) {
		const deciding: Deciding<unknown> = { args: parsed.output, member, db, settings: context.settings, now: Date.now(), commandId: asked.id };
		const ground = asked.ground?.length && command.ground ? await readGround(db, member.workspaceId, (read) => command.ground!(parsed.output, read)) : null;
		const differing = ground ? differences(asked.ground!, ground.ground).filter((one) => !command.isMet?.(parsed.output, one)) : [];
		const moved = await byOthers(db, member, asked, differing);
		if (moved.length > 0 && !(await isCarriedOut(command.type, deciding))) return keep(context, asked, command, { status: 'held', reason: 'ground-changed', differences: moved });
		const decision = await handlers[command.type as CommandType](deciding);
		if (command.isRead) return outcomeOf(decision);
		if (decision.status !== 'accepted') return keep(context, asked, command, outcomeOf(decision));
		const outcome = await commitDecision(context, asked, command, decision, decision.isCarriedOut ? [] : (ground?.guards ?? []));
		if (outcome) return outcome;
	}
	return keep(context, asked, command, { status: 'held', reason: 'changed-meanwhile' });
}

/** Whether a try before this one got as far as the room: then the ground moved because of this very command. */
const isCarriedOut = async (type: string, deciding: Deciding<any>): Promise<boolean> => type === 'complete-task' && isDoneByBox(deciding);

const toldAgain = (row: DecidedCommand, member: Member): Outcome =>
	row.userId === member.user.id && row.workspace === member.workspaceId ? row.outcome : { status: 'refused', reason: 'id-taken' };

function outcomeOf(decision: Decision): Outcome {
	if (decision.status === 'accepted') return { status: 'accepted', ...(decision.result === undefined ? {} : { result: decision.result }) };
	return { status: decision.status, reason: decision.reason, ...(decision.detail === undefined ? {} : { detail: decision.detail }) };
}

const rowOf = ({ member }: Context, { id, type, args }: Asked, { secrets = [] }: Command, outcome: Outcome): DecidedCommand => {
	const known = args && typeof args === 'object' ? Object.fromEntries(Object.entries(args).map(([key, value]) => [key, secrets.includes(key) ? '…' : value])) : args;
	return { id, type, args: known ?? null, workspace: member.workspaceId, userId: member.user.id, outcome, at: Date.now() };
};

/** Records an outcome that changed nothing. Whoever was faster with the same id is right. */
async function keep(context: Context, asked: Asked, command: Command, outcome: Outcome): Promise<Outcome> {
	const kept = await commitIn(context.db, context.member.workspaceId, [keepDecision(context.db, rowOf(context, asked, command, outcome))]);
	if (kept !== null) return outcome;
	const faster = await decidedCommand(context.db, asked.id);
	return faster ? toldAgain(faster, context.member) : outcome;
}

/** Commits statements and record together, on the ground that was read (R4); null when the ground moved and it must be decided anew. */
async function commitDecision(context: Context, asked: Asked, command: Command, decision: Extract<Decision, { status: 'accepted' }>, guards: Statement[]): Promise<Outcome | null> {
	const { db, settings, member, after } = context;
	const outcome = outcomeOf(decision);
	let seq: number | null;
	try {
		seq = await commitIn(db, member.workspaceId, [keepDecision(db, rowOf(context, asked, command, outcome)), ...forBatch(db, guards), ...decision.statements]);
	} catch (error) {
		// The commit's answer was lost: its record says whether it happened (R5).
		const kept = await decidedCommand(db, asked.id);
		if (!kept) throw error;
		return toldAgain(kept, member);
	}
	if (seq === null) {
		const faster = await decidedCommand(db, asked.id);
		return faster && toldAgain(faster, member);
	}
	after(poke(settings, member.workspaceId, seq));
	if (decision.wakes) after(wake(settings, member.workspaceId));
	if (decision.followUp) after(decision.followUp());
	return outcome;
}
