/** What administrators decide about the engine itself. */
import { quarantinedTimers, retryTimers } from '#db/incidents.ts';
import { forBatch } from '#db/statement.ts';
import { accepted, held, type Handler } from './decision.ts';

/** A quarantined timer goes on where it got to. */
export const retryTimer: Handler<{ playbookId: string }> = async ({ db, args, member, now }) =>
	(await quarantinedTimers(db, member.workspaceId, args.playbookId)) === 0 ? held('not-quarantined') : accepted(forBatch(db, retryTimers(member.workspaceId, args.playbookId, now)), { wakes: true });
