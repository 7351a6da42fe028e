/** Looks after what needs an administrator (R15, R24): opens and closes incidents, and hands them to the alert address. */
import { closeIncident, noteTold, openIncident, quarantinedTimer, readWatched, tellIncident, type Incident, type Watched } from '#db/incidents.ts';
import { bumpSeq, commit, commitGuarded, type Statement } from '#db/statement.ts';
import { isLate, latenessOf, lateBound, lateWindow } from '#domain/engine/lateness.ts';
import { idFrom, type Engine } from './engine.ts';

/** Says whether screens have something to pull. Throws when the store can't be reached. */
export const watch = async (engine: Engine): Promise<boolean> => {
	const now = engine.now();
	const read = () => readWatched(engine.database, engine.workspace, now - lateWindow);
	const watched = await read();
	const statements = [...(await toOpen(engine, watched, now)), ...toClose(watched).map(({ id }) => closeIncident(engine.workspace, id, now))];
	if (statements.length > 0) await commit(engine.database, [bumpSeq(engine.workspace), ...statements]);
	// What opened and closed is read again: how many jobs an incident counts, and whether it is over, only the store knows.
	const told = statements.length > 0 ? await read() : watched;
	for (const incident of told.incidents) if (incident.kind !== 'quarantined-job') await tellOf(engine, told, incident, now);
	return statements.length > 0;
};

/** Quarantined steps open theirs in the batch that ends their job (party/conclude.ts). */
const toOpen = async ({ workspace }: Engine, { counts, incidents, timers }: Watched, now: number): Promise<Statement[]> => {
	const isOpen = (kind: Incident['kind'], ref: string) => incidents.some((one) => one.kind === kind && one.ref === ref && one.closedAt === null);
	const idOf = (kind: Incident['kind'], ref: string) => idFrom('incident_', workspace, kind, ref, String(now));
	const lateness = latenessOf(counts);
	const late = isLate(lateness) && !isOpen('lateness', '') ? [openIncident({ workspace, id: await idOf('lateness', ''), kind: 'lateness', ref: '', detail: { ...lateness, bound: lateBound, window: lateWindow }, now })] : [];
	const stuck = timers.filter(({ jobId }) => !isOpen('quarantined-job', `job:${jobId}`));
	return [...late, ...(await Promise.all(stuck.map(async (timer) => quarantinedTimer({ workspace, id: await idOf('quarantined-job', `job:${timer.jobId}`), timer, now })))).flat()];
};

/** Jobs before what they have in common, which is over with the last of them. */
const toClose = ({ counts, incidents, timers }: Watched): Watched['incidents'] => {
	const open = incidents.filter(({ closedAt }) => closedAt === null);
	const jobs = open.filter(({ kind, ref, isOver }) => kind === 'quarantined-job' && (isOver || (ref.startsWith('job:') && !timers.some(({ jobId }) => ref === `job:${jobId}`))));
	const left = new Set(open.filter((one) => one.kind === 'quarantined-job' && !jobs.includes(one)).map(({ detail }) => detail.cause));
	return [...jobs, ...open.filter(({ kind, ref }) => (kind === 'quarantine' && !left.has(ref)) || (kind === 'lateness' && !isLate(latenessOf(counts))))];
};

/** That it opened, then that it closed; each is an intent with a key of its own. Without an address it counts as told: one that is set later hears of what comes. */
const tellOf = async (engine: Engine, { alertUrl, name }: Watched, incident: Incident, now: number): Promise<void> => {
	for (let { told } = incident; told < (incident.closedAt === null ? 1 : 2); told++) {
		const event = told === 0 ? 'incident-opened' : 'incident-closed';
		const { id, kind, detail, openedAt } = incident;
		const closedAt = told === 0 ? null : incident.closedAt;
		const body = JSON.stringify({ type: event.replace('-', '.'), timestamp: new Date(closedAt ?? openedAt).toISOString(), data: { id, kind, workspace: { id: engine.workspace, name }, openedAt, closedAt, ...detail } });
		const request = { kind: 'webhook' as const, method: 'POST' as const, url: alertUrl ?? '', headers: {}, body };
		const at = { ...incident, told };
		const statements = alertUrl === null ? noteTold(at) : tellIncident({ workspace: engine.workspace, incident: at, key: await idFrom('alert_', id, event), request, now });
		if (!(await commitGuarded(engine.database, statements, async () => false))) return;
		engine.trace?.({ event, incident: id, kind, run: null, number: null });
	}
};
