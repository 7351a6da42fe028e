/** What administrators define. */
import { changeWorkspace as changeStatement, customersInStage, nameTaken, readSetting, removeStatement, saveStatements, type SettingKind } from '#db/settings.ts';
import { dueFromNow } from '#db/jobs.ts';
import { forBatch } from '#db/statement.ts';
import { accepted, refused, type Handler } from './decision.ts';

type Named = { id: string; name: string; subject?: 'customer' | 'contact'; type?: string };

const save =
	(kind: SettingKind): Handler<Named> =>
	async ({ db, args, member }) => {
		const taken = await nameTaken(db, kind, member.workspaceId, args);
		if (taken) return refused('name-taken', { id: taken });
		const there = await readSetting(db, kind, member.workspaceId, args.id);
		// Values were written for the type: another type is another field.
		for (const part of ['type', 'subject'] as const) if (there && part in there && there[part] !== args[part]) return refused('type-fixed', { [part]: there[part] });
		return accepted(saveStatements(db, kind, member.workspaceId, args), { result: { id: args.id } });
	};

const remove =
	(kind: SettingKind): Handler<{ id: string }> =>
	async ({ db, args, member, now }) => {
		if (!(await readSetting(db, kind, member.workspaceId, args.id))) return refused(`no-such-${kind}`);
		const customers = kind === 'stage' ? await customersInStage(db, member.workspaceId, args.id) : 0;
		if (customers > 0) return refused('stage-in-use', { customers });
		return accepted([removeStatement(db, kind, member.workspaceId, args.id, now)]);
	};

export const saveStage = save('stage');
export const saveField = save('field');
export const saveTag = save('tag');
export const saveTeam = save('team');
export const removeStage = remove('stage');
export const removeField = remove('field');
export const removeTag = remove('tag');
export const removeTeam = remove('team');

function isTimeZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
	} catch {
		return false;
	}
}

/** The screens read these by `GET /api/session`. A pause is a flag that claiming reads (R17); when it ends, what fell due meanwhile is due from then on. */
export const changeWorkspace: Handler<Record<string, unknown> & { timeZone?: string; isPaused?: boolean }> = async ({ db, args, member, now }) => {
	if (args.timeZone !== undefined && !isTimeZone(args.timeZone)) return refused('no-such-time-zone', { timeZone: args.timeZone });
	const on = args.isPaused === false ? forBatch(db, [dueFromNow(member.workspaceId, null, now)]) : [];
	return accepted([...on, changeStatement(db, member.workspaceId, args)], { wakes: true });
};
