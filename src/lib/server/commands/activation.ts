/** Letting a version take new records, holding it, and ending it. */
import { commitIn } from '#db/commands.ts';
import { insertEvent } from '#db/events.ts';
import { readTruth } from '#db/facts.ts';
import { assertTakes } from '#db/entries.ts';
import { activationJobs, deactivationJobs, dueFromNow } from '#db/jobs.ts';
import { activate, liveRuns, readActivation, readDraft, readVersion, setActivation } from '#db/playbooks.ts';
import { orderRun } from '#db/control.ts';
import { forBatch, guard } from '#db/statement.ts';
import { lastingOf, nextOccurrence } from './timing.ts';
import { accepted, held, refused, type Deciding, type Handler } from './decision.ts';
import { enrolments, judge, wholeBook } from './entering.ts';
import { playbookEvent } from './playbooks.ts';

/**
 * The activation commits before anybody enters, so that no record slips between the count and the trigger; the runs' ids come
 * from the command, so that deciding it again after a crash enters nobody twice.
 */
export const activatePlaybook: Handler<{ playbookId: string; version: number; enterMatching: boolean }> = async (deciding) => {
	const { db, args, member, now } = deciding;
	const { playbookId } = args;
	const version = await readVersion(db, member.workspaceId, playbookId, args.version);
	if (!version) return refused('no-such-version');
	const { definition } = version;
	const truth = await readTruth(db, member.workspaceId, []);
	const schedule = definition.trigger && nextOccurrence(definition.trigger, now, truth!.settings);
	const jobs = activationJobs({ workspace: member.workspaceId, playbookId, schedule, isLasting: lastingOf(definition.trigger), now });
	const event = await playbookEvent(deciding, 'playbook.activated', playbookId, { name: definition.name, version: version.version });
	const on = [...forBatch(db, [dueFromNow(member.workspaceId, playbookId, now)]), activate(db, member.workspaceId, { playbookId, version: version.version, triggerType: definition.trigger?.type ?? 'manual', at: now, by: member.user.id }), ...forBatch(db, [...jobs, insertEvent(member.workspaceId, event)])];
	if (!args.enterMatching) return accepted(on, { result: { entered: 0 }, wakes: true });
	await commitIn(db, member.workspaceId, on);
	let entered = 0;
	for await (const page of wholeBook(db, member.workspaceId)) {
		const judged = await judge(deciding, { playbookId, version: version.version, definition }, { by: 'activation', userId: member.user.id }, page);
		const statements = enrolments(judged);
		// Somebody has deactivated or paused it again meanwhile: nobody else enters.
		if (statements.length > 0 && (await commitIn(db, member.workspaceId, forBatch(db, [assertTakes(playbookId), ...statements]))) === null) break;
		entered += judged.filter(({ enrolment }) => enrolment.enters).length;
	}
	return accepted([], { result: { entered }, wakes: true });
};

export const pausePlaybook: Handler<{ playbookId: string }> = async (deciding) => {
	const { db, args, member } = deciding;
	const there = await readActivation(db, member.workspaceId, args.playbookId);
	if (!there) return refused('never-published');
	if (there.state !== 'active') return held('not-active', { state: there.state });
	const event = await playbookEvent(deciding, 'playbook.paused', args.playbookId, { version: there.version });
	const isStill = guard(`EXISTS (SELECT 1 FROM activation WHERE id = :id AND state = 'active')`, { id: args.playbookId });
	return accepted([...forBatch(db, [isStill]), setActivation(db, member.workspaceId, args.playbookId, 'paused'), ...forBatch(db, [insertEvent(member.workspaceId, event)])]);
};

/** Stops a run, whatever it is doing by now. False when it ended by itself meanwhile. */
async function stopNow({ db, member, now }: Deciding<unknown>, runId: string): Promise<boolean> {
	for (;;) {
		const ordered = await orderRun(db, { workspace: member.workspaceId, runId, by: member.user.id, reason: 'playbook-deactivated', now }, { kind: 'stop' });
		if (!ordered.isAllowed) return false;
		if ((await commitIn(db, member.workspaceId, forBatch(db, ordered.statements))) !== null) return true;
	}
}

export const deactivatePlaybook: Handler<{ playbookId: string; running: 'finish' | 'stop' }> = async (deciding) => {
	const { db, args, member } = deciding;
	const there = await readActivation(db, member.workspaceId, args.playbookId);
	if (!there) return refused('never-published');
	const event = await playbookEvent(deciding, 'playbook.deactivated', args.playbookId, { version: there.version, running: args.running });
	const off = [setActivation(db, member.workspaceId, args.playbookId, 'inactive'), ...forBatch(db, [...deactivationJobs(args.playbookId), insertEvent(member.workspaceId, event)])];
	if (args.running === 'finish') return accepted(off, { result: { stopped: 0 }, wakes: true });
	await commitIn(db, member.workspaceId, off);
	let stopped = 0;
	for (const runId of await liveRuns(db, member.workspaceId, args.playbookId)) {
		if (await stopNow(deciding, runId)) stopped++;
	}
	return accepted([], { result: { stopped }, wakes: true });
};

/** A read: how many customers the filters hold for, and how many of them may enter now. */
export const countMatching: Handler<{ playbookId: string; version: number | null }> = async (deciding) => {
	const { db, args, member } = deciding;
	const definition = args.version === null ? await readDraft(db, member.workspaceId, args.playbookId) : ((await readVersion(db, member.workspaceId, args.playbookId, args.version))?.definition ?? null);
	if (!definition) return refused('no-such-playbook');
	const count = { matching: 0, entering: 0, total: 0 };
	for await (const page of wholeBook(db, member.workspaceId)) {
		for (const { enrolment } of await judge(deciding, { playbookId: args.playbookId, version: 0, definition }, { by: 'activation', userId: member.user.id }, page)) {
			count.total++;
			if (enrolment.filters.holds) count.matching++;
			if (enrolment.enters) count.entering++;
		}
	}
	return accepted([], { result: count });
};
