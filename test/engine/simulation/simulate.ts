/** One simulation of the engine: runs enter, automation rooms work, everything goes wrong, then stops going wrong; and the judgement (model.ts). */
import Automation from '#party/automation.ts';
import { crashesAllowed, isClaimable } from '#db/jobs.ts';
import type { Case, Planted, Trouble } from './case.ts';
import { Desk } from './desk.ts';
import { judge } from './model.ts';
import { tell, type News } from './outside.ts';
import { People } from './people.ts';
import { isAsking, publish, rewritten, stepsOf } from './playbooks.ts';
import { Chance, settled, Worker } from './schedule.ts';
import { rowsOf } from './store.ts';
import { within, World } from './world.ts';

export type Verdict = {
	/** What was wrong, in words; empty when the engine kept its promises. */
	faults: string[];
	/** What went wrong around it, in order. */
	happened: { number: number; what: Trouble }[];
	gates: number;
	labels: string[];
};

/** Gates until a world that has no trouble any more must have come to rest. */
const mostGates = 20_000;
/** What was claimed when the trouble ended is let go by then, in ms: two leases. */
const settleMs = 120_000;
/** The longest that a breaker stays open, in ms (R16). */
const longestPauseMs = 300_000;
/** How many gates open, once the trouble is over, before what has begun since is stopped too. */
const stopEach = 6;

/** Runs one case. */
export async function simulate(one: Case, planted: Planted = {}): Promise<Verdict> {
	const world = await World.open(one, planted);
	const faults = await within(world, () => lived(world, one));
	return { faults, happened: world.happened, gates: world.gates, labels: world.labels };
}

async function lived(world: World, one: Case): Promise<string[]> {
	const { schedule, fate } = world;
	const drawn = new Chance(one.seed ^ 0xb00c);
	const asks = !one.crash && isAsking(one.seed);
	const steps = one.steps ?? stepsOf(drawn, asks);
	await publish(drawn, steps, rewritten(new Chance(one.seed ^ 0xbeef), steps, asks));
	const desk = asks ? new Desk(world) : null;
	const people = new People(world);
	const first = steps[0]!;
	const runs = one.runs ?? drawn.pick([1, 1, 2, 2, 3]);
	await people.begin(runs, { id: first.id, waitMs: first.kind === 'wait' && first.params.mode === 'for' ? first.params.amount! * 60_000 : 0 });

	const rooms = new Map<Worker, Automation>();
	const hire = (): Worker => {
		const worker = new Worker(`worker ${rooms.size + 1}`);
		if (world.isTroubled && !one.crash && fate.often(0.5) && world.happens('clock')) worker.skew = fate.pick([30_000, -30_000, 3_600_000, -3_600_000]);
		rooms.set(worker, new Automation(world.hostOf(worker), () => world.storeOf(worker), world.pauseOf(worker)));
		return worker;
	};
	const wake = (worker: Worker): void => {
		world.current = worker;
		void rooms.get(worker)!.onAlarm();
	};
	const alive = (): Worker[] => [...rooms.keys()].filter(({ isDead }) => !isDead);

	/** Something outside the workers: time, an alarm, a kill, a freeze, a clock, a person. */
	const happen = async (): Promise<void> => {
		if (world.news.length > 0 && fate.often(0.3)) return told(fate.pick(world.news), fate.often(0.3));
		if (desk && fate.often(0.06)) return desk.answer();
		if (desk && desk.endsAt() !== null && fate.often(0.4)) return timePasses(alive(), desk.endsAt);
		const roll = fate.next();
		const anybody = alive();
		if (roll < 0.45) await timePasses(anybody);
		else if (one.crash || anybody.length === 0) await people.act();
		else if (roll < 0.52) world.happens('kill') && kill(fate.pick(anybody));
		else if (roll < 0.58) freeze(fate.pick(anybody), fate.pick([1_000, 61_000, 200_000]));
		else if (roll < 0.63) step(fate.pick(anybody), fate.pick([0, 3_600_000, -3_600_000, 30_000, -30_000]));
		else if (roll < 0.65) poison();
		else await people.act();
		const left = alive().length;
		if (left < 1 || (left < 3 && fate.often(anybody.some((one) => one.frozenUntil <= world.now) ? 0.05 : 0.5))) hire();
	};
	const kill = (worker: Worker): void => void (worker.isDead = true);
	const freeze = (worker: Worker, ms: number): void => void (world.happens('freeze') && (worker.frozenUntil = world.now + ms));
	const step = (worker: Worker, skew: number): void => void (world.happens('clock') && Object.assign(worker, { skew, movedAt: world.now }));
	const told = async (news: News, isTwice: boolean): Promise<void> => {
		if (!world.happens(isTwice ? 'callback twice' : 'callback')) return;
		void tell(world, news, isTwice);
		await settled();
	};
	const poison = (): void => {
		const key = `r${fate.below(runs)}-${1 + fate.below(3)}-`;
		if (world.poisoned === null && world.happens('poison')) world.poisoned = key;
	};
	/** Until the alarm or what is due: the alarm comes on time, or early, twice, an hour late, or not at all. */
	const timePasses = async (anybody: Worker[], to?: () => number | null): Promise<void> => {
		const until = (to ?? fate.pick([nextAt, nextAt, () => world.alarm, () => world.now + 1_000, () => world.now + 30_000, () => schedule.thawsAt]))() ?? 0;
		const isLong = fate.often(world.hasNews ? 0.3 : 0.03);
		const trouble = world.trouble('alarm');
		if (trouble !== 'alarm early') world.pass(Math.max(1, until - world.now));
		if (trouble === 'alarm late') world.pass(isLong ? 90_000_000 : 3_600_000);
		if (trouble === 'alarm lost' || anybody.length === 0) return;
		wake(fate.pick(anybody));
		if (trouble === 'alarm twice' || trouble === 'alarm early') wake(fate.pick(anybody));
		await settled();
	};

	const nextAt = (): number | null => rowsOf(`SELECT visible_at FROM job WHERE workspace = 'w1' AND ${isClaimable} ORDER BY visible_at LIMIT 1`)[0]?.['visible_at'] ?? null;

	hire();
	if (!one.crash && fate.often(0.5)) hire();
	for (let n = 0, length = one.length ?? 25 + drawn.below(75); n < length; n++) {
		if (await desk?.interrupt(alive())) continue;
		if (schedule.isBusy && fate.often(0.85)) await schedule.step();
		else await happen();
	}
	return [...(await rested()), ...judge(world, people)];

	/** The trouble ends: what is dead stays dead, and somebody works until nothing is left to do. */
	async function rested(): Promise<string[]> {
		world.isTroubled = false;
		await people.goOn();
		await people.resumeAll();
		// In three of four worlds only what is under way is seen to its end, and stopped behind it: the rest of a playbook in peace proves nothing that it doesn't prove in the others.
		const isShort = !one.crash && drawn.often(0.75);
		if (isShort) await people.stopIdle();
		for (const worker of alive()) if (worker.frozenUntil > world.now) worker.frozenUntil = world.now;
		let worker = hire();
		const end = world.now;
		const claimed = rowsOf('SELECT id, token FROM job WHERE token IS NOT NULL');
		// A job that nobody has tried is put off by a lease or a breaker, never by more.
		const late = rowsOf('SELECT id FROM job WHERE attempt = 0 AND token IS NULL AND due_at <= :end AND visible_at > :late', { end, late: end + settleMs + longestPauseMs }).map(({ id }) => `the job ${id} was put off without a try`);
		for (let isLate = false; ; ) {
			for (let n = 1; schedule.isBusy; n++) {
				if (world.gates > mostGates) return ['it never comes to rest'];
				await schedule.step();
				if (isShort && n % stopEach === 0) await people.stopIdle();
			}
			await people.finishTasks(1);
			await desk?.answerAll();
			if (schedule.isBusy) continue;
			if (!isLate && world.now > end + settleMs) {
				isLate = true;
				for (const { id, token } of claimed) if (rowsOf('SELECT 1 FROM job WHERE id = :id AND token = :token', { id, token }).length > 0) late.push(`the job ${id} is still held, two leases after the trouble`);
			}
			const due = nextAt();
			const thaws = schedule.thawsAt;
			if (due === null && thaws === null && rowsOf('SELECT 1 FROM event WHERE drained_at IS NULL LIMIT 1').length === 0) {
				if (world.news.length === 0) return late;
				void tell(world, world.news[0]!, false);
				await settled();
				continue;
			}
			if (world.gates > mostGates) return ['it never comes to rest'];
			if ([...world.deaths.values()].some((times) => times > 2 * crashesAllowed)) return ['a job kills one worker after the other (R15)'];
			world.pass(Math.max(1, (due ?? thaws ?? 0) - world.now));
			if (worker.isDead || worker.frozenUntil > world.now) worker = hire();
			wake(worker);
			await settled();
		}
	}
}
