/** Moves of running runs to another version (BE2), by the HTTP API (docs/api.md): the commands that people send; and who stayed behind. */
import type { RequestEvent } from '@sveltejs/kit';
import { object, optional, type GenericSchema } from 'valibot';
import type { Database } from '#db/client.ts';
import { leftBehind, readMigration } from '#db/migration-rows.ts';
import { id, reason, stepMap, version } from '#domain/commands/command.ts';
import { answer, refuse } from './answer.ts';
import { programAt } from './api-keys.ts';
import { bodyAt } from './door.ts';
import { orderByProgram } from './run-orders.ts';
import type { Member } from './session.ts';

/** How many of those that stayed are named. */
const most = 1_000;

/** The runs that a move left on their version, or that could not go back to it, with why. */
export const stayedBehind = (db: Database, { workspaceId }: Member, migrationId: string) => leftBehind(db, workspaceId, migrationId, most);

const map = { playbookId: id, version, map: optional(stepMap, {}) };
const preview = object(map);
const move = object({ ...map, reason });
const undo = object({ reason });

async function order(event: RequestEvent, schema: GenericSchema<any, object>, type: string, more: object = {}): Promise<Response> {
	const member = await programAt(event);
	if (member instanceof Response) return member;
	const body = await bodyAt(event, schema);
	return body instanceof Response ? body : orderByProgram(event, member, type, { ...body.value, ...more });
}

/** `POST /api/v1/migrations/preview` and `POST /api/v1/migrations` */
export const previewMove = (event: RequestEvent): Promise<Response> => order(event, preview, 'preview-migration');
export const beginMove = (event: RequestEvent): Promise<Response> => order(event, move, 'migrate-runs');

/** `POST /api/v1/migrations/ID/cancel` and `…/undo` */
export async function orderMove(event: RequestEvent): Promise<Response> {
	const { id: migrationId = '', action } = event.params;
	if (action === 'cancel') return order(event, object({}), 'cancel-migration', { migrationId });
	if (action === 'undo') return order(event, undo, 'roll-back-migration', { migrationId });
	return refuse(404, 'no-such-action', 'A move can be told to: cancel, undo.');
}

/** `GET /api/v1/migrations/ID`: how far it is, and who stayed. */
export async function tellMove(event: RequestEvent): Promise<Response> {
	const member = await programAt(event);
	if (member instanceof Response) return member;
	const of = await readMigration(event.locals.db, member.workspaceId, event.params.id ?? '');
	if (!of) return refuse(404, 'no-such-migration', 'There is no such move in this workspace.');
	const { id: migrationId, playbookId, state, total, kept, moved, ended, stayed, returned, notReturned, startedAt, endedAt } = of;
	return answer({ id: migrationId, playbookId, version: of.version, state, total, kept, moved, ended, stayed, returned, notReturned, startedAt, endedAt, left: await stayedBehind(event.locals.db, member, migrationId) });
}
