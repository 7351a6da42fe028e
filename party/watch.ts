/** Looks after what needs an administrator (R15, R24): opens and closes incidents, and hands them to the alert address. */
import { closeIncident, noteTold, openIncident, readWatched, tellIncident, type Incident, type Watched } from '#db/incidents.ts';
import { bumpSeq, commit, commitGuarded, type Statement } from '#db/statement.ts';
import { isLate, latenessOf, lateBound, lateWindow } from '#domain/engine/lateness.ts';
import { idFrom, type Engine } from './engine.ts';

/** Says whether screens have something to pull. Throws when the store can't be reached. */
export const watch = async (engine: Engine): Promise<boolean> => {
	const now = engine.now();
	const watched = await readWatched(engine.database, engine.workspace, now - lateWindow);
	const [opened, closed] = [await toOpen(engine, watched, now), toClose(watched)];
	if (opened.length + closed.length > 0) {
		const statements: Statement[] = [...opened.map((one) => openIncident({ ...one, workspace: engine.workspace, now })), ...closed.map(({ id }) => closeIncident(engine.workspace, id, now))];
		await commit(engine.database, [bumpSeq(engine.workspace), ...statements]);
	}
	const untold = [...watched.incidents.map((one) => (closed.includes(one) ? { ...one, closedAt: now } : one)), ...opened.map((one) => ({ ...one, openedAt: now, closedAt: null, told: 0 }))];
	for (const incident of untold) await tellOf(engine, watched, incident, now);
	return opened.length + closed.length > 0;
};

type Opened = Pick<Incident, 'id' | 'kind' | 'ref' | 'detail'>;

/** Quarantined steps open theirs in the batch that ends their job (party/conclude.ts). */
const toOpen = async (engine: Engine, { counts, incidents, timers }: Watched, now: number): Promise<Opened[]> => {
	const isOpen = (kind: Incident['kind'], ref: string) => incidents.some((one) => one.kind === kind && one.ref === ref && one.closedAt === null);
	const lateness = latenessOf(counts);
	const late = isLate(lateness) && !isOpen('lateness', '') ? [{ kind: 'lateness' as const, ref: '', detail: { ...lateness, bound: lateBound, window: lateWindow } }] : [];
	const stuck = timers.map(({ jobId, kind, playbookId }) => ({ kind: 'quarantine' as const, ref: `job:${jobId}`, detail: { timer: kind, playbookId } })).filter(({ kind, ref }) => !isOpen(kind, ref));
	return Promise.all([...late, ...stuck].map(async (one) => ({ ...one, id: await idFrom('incident_', engine.workspace, one.kind, one.ref, String(now)) })));
};

const toClose = ({ counts, incidents, timers }: Watched): Watched['incidents'] =>
	incidents.filter((one) => {
		if (one.closedAt !== null) return false;
		if (one.kind === 'lateness') return !isLate(latenessOf(counts));
		return one.isOver || (one.ref.startsWith('job:') && !timers.some(({ jobId }) => one.ref === `job:${jobId}`));
	});

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
		engine.trace?.({ event, incident: id, kind, run: (detail.runId as string | undefined) ?? null, number: (detail.number as number | undefined) ?? null });
	}
};
