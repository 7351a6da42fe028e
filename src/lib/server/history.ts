/** A customer's history and a run in full, as members may see them. */
import type { Database } from '#db/client.ts';
import { eventsOf, runInFull } from '#db/history.ts';
import { readRefusals } from '#db/refusals.ts';
import { readVersion } from '#db/playbooks.ts';
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
