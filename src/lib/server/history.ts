/** A customer's history and a run in full, as members may see them. */
import type { Database } from '#db/client.ts';
import { eventsOf, runInFull, runsPutAway } from '#db/history.ts';
import { readRefusals } from '#db/refusals.ts';
import { readVersion } from '#db/playbooks.ts';
import { canBePutAway, runFilterStates, type ListedRun } from '#domain/engine/listed-run.ts';
import type { Member } from './session.ts';

/** The events of a customer before `before` (ms, absent = now and later). */
export const historyOf = (db: Database, member: Member, customerId: string, before: string | null) => {
	const until = before === null || before === '' ? Number.MAX_SAFE_INTEGER : Number(before);
	return Number.isFinite(until) ? eventsOf(db, member.workspaceId, customerId, until) : null;
};

/** The customers that a limit has kept out of a playbook, to stop a loop (R19). */
export const keptOutByLimits = async (db: Database, member: Member, playbookId: string) =>
	(await readRefusals(db, member.workspaceId, { playbookId, isLimit: true })).map(({ subjectId, code, at, times, parent }) => ({ subjectId, code, at, times, lineage: parent?.lineage ?? [] }));

const isSecretHeader = (name: string): boolean => /authorization|cookie|token|secret|key|signature/i.test(name);

/** A request as people may see it: what opens other systems' doors is left out. */
function shown(request: unknown): unknown {
	const headers = (request as { headers?: Record<string, string> } | null)?.headers;
	if (!headers) return request;
	return { ...(request as object), headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? '…' : value])) };
}

/** A run with its definition, steps, intents, history, and what it led to that did not begin (R19); null when the member's workspace has none such. */
export async function runFor(db: Database, member: Member, id: string) {
	const found = await runInFull(db, member.workspaceId, id);
	const keptOut = found ? await readRefusals(db, member.workspaceId, { parentRunId: id }) : [];
	return found && { ...found, keptOut: keptOut.map(({ playbookId, code, at, parent }) => ({ playbookId, code, at, lineage: parent?.lineage ?? [] })), intents: found.intents.map((one) => ({ ...one, request: shown(one.request) })) };
}

/** One version of a playbook with its definition; null when the member's workspace has none such. */
export const versionFor = (db: Database, member: Member, playbookId: string, version: string) => (/^[1-9]\d{0,8}$/.test(version) ? readVersion(db, member.workspaceId, playbookId, Number(version)) : null);

const pageOfRuns = 100;

/** Runs that were put away, a page of them; `next` is where the next one begins, null at the end. */
export type RunsPage = { runs: ListedRun[]; next: string | null };

/** The runs of the member's workspace that were put away, as `GET /api/runs` asks for them; null when what it asks can't be read. */
export async function putAwayFor(db: Database, member: Member, params: URLSearchParams): Promise<RunsPage | null> {
	const state = runFilterStates.find((one) => one === (params.get('state') ?? 'all'));
	const since = params.get('since');
	const after = /^(\d{1,15})\.([a-z0-9_-]{1,80})$/.exec(params.get('after') ?? '');
	if (!state || (since !== null && !/^\d{1,15}$/.test(since)) || (params.has('after') && !after)) return null;
	if (!canBePutAway(state)) return { runs: [], next: null };
	const filter = { state: state as 'all', playbookId: params.get('playbook'), customerId: params.get('customer'), owner: params.get('owner'), since: since === null ? null : Number(since) };
	const found = await runsPutAway(db, member.workspaceId, filter, after && { startedAt: Number(after[1]), id: after[2]! }, pageOfRuns + 1);
	const runs = found.slice(0, pageOfRuns);
	const last = runs.at(-1);
	return { runs, next: found.length > pageOfRuns && last ? `${last.startedAt}.${last.id}` : null };
}
