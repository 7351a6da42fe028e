/** Publishing a draft as a version, and bringing a version back as the draft. */
import { forBatch } from '#db/statement.ts';
import { insertEvent } from '#db/events.ts';
import { readTruth } from '#db/facts.ts';
import { insertVersion, newestVersion, otherPlaybooks, readVersion } from '#db/playbooks.ts';
import { workspaceOfDocument } from '#db/document-homes.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { difference } from '#domain/documents/playbook/difference.ts';
import type { ProjectedRow } from '#domain/documents/document-type.ts';
import { problemsIn } from '#domain/engine/check-references.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { accepted, derivedId, refused, type Deciding, type Handler } from './decision.ts';
import { askRoom } from './documents.ts';

/** An event about a playbook, with an id that a second try makes again. */
export async function playbookEvent({ commandId, member, now }: Deciding<unknown>, type: RecordedEvent['type'], playbookId: string, data: Record<string, unknown>): Promise<RecordedEvent> {
	return { id: await derivedId('event', commandId, type), type, subjectType: 'playbook', subjectId: playbookId, customerId: null, at: now, actor: { kind: 'user', id: member.user.id }, cause: null, data };
}

export const publishPlaybook: Handler<{ playbookId: string; note: string }> = async (deciding) => {
	const { db, args, member, now } = deciding;
	const { playbookId, note } = args;
	if ((await workspaceOfDocument(db, playbookId)) !== member.workspaceId) return refused('no-such-playbook');
	// The room knows what was written a moment ago; the rows follow.
	const read = await askRoom<{ rows: ProjectedRow[] }>(deciding, playbookId, 'read', {});
	if ('decision' in read) return read.decision;
	const row = read.value.rows.find(({ table }) => table === 'playbook');
	if (!row) return refused('no-such-playbook');
	const definition = row.values.draft as PlaybookDefinition;
	const hash = String(row.values.draftHash);
	const [truth, others, newest] = await Promise.all([readTruth(db, member.workspaceId, []), otherPlaybooks(db, member.workspaceId, playbookId), newestVersion(db, member.workspaceId, playbookId)]);
	const findings = problemsIn(definition, truth!.settings, others, playbookId);
	const errors = findings.filter(({ severity }) => severity === 'error');
	if (errors.length > 0) return refused('problems', errors);
	if (newest?.hash === hash) return refused('nothing-changed', { version: newest.version });
	const version = (newest?.version ?? 0) + 1;
	const changes = difference(newest?.definition ?? null, definition);
	const event = await playbookEvent(deciding, 'playbook.published', playbookId, { name: definition.name, version, note });
	return accepted([insertVersion(db, member.workspaceId, { playbookId, version, hash, definition, note, author: member.user.id, changes, publishedAt: now }), ...forBatch(db, [insertEvent(member.workspaceId, event)])], {
		result: { version, changes, warnings: findings },
	});
};

export const restoreVersion: Handler<{ playbookId: string; version: number }> = async (deciding) => {
	const { db, args, member, commandId } = deciding;
	const version = await readVersion(db, member.workspaceId, args.playbookId, args.version);
	if (!version) return refused('no-such-version');
	const edits = [{ edit: 'restore', args: { definition: version.definition } }];
	const done = await askRoom(deciding, args.playbookId, 'edit', { key: commandId, edits, actor: { kind: 'user', id: member.user.id } });
	return 'decision' in done ? done.decision : accepted([], { result: { version: version.version } });
};
