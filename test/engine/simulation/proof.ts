/** Runs seeds one after the other, and makes of a broken one something that a person can read, repeat and keep. */
import type { Case, Planted, Trouble } from './case.ts';
import { isAsking, stepsOf } from './playbooks.ts';
import { Chance } from './schedule.ts';
import { simulate } from './simulate.ts';

/** Nothing when a case held; else what was broken, the shortest case that still breaks it, and that as a test. */
export async function proofOf(one: Case): Promise<string | null> {
	const { faults } = await simulate(one);
	if (faults.length === 0) return null;
	const short = await shrunk(one);
	const { faults: left, happened } = await simulate(short);
	return [
		`Broken with seed ${one.seed}:`, ...faults.slice(0, 5), '',
		'Shortened, it breaks:', ...left.slice(0, 3), `What happens in it: ${happened.map(({ what }) => what).join(', ') || 'nothing'}.`, '',
		'As a test:', '', asTest(short, left[0] ?? faults[0]!), '',
		`Repeat it: npm run simulate -- --seed ${one.seed}`,
	].join('\n');
}

/** To paste into a test file. */
const asTest = (one: Case, fault: string): string => `test(${JSON.stringify(`seed ${one.seed}: ${fault}`)}, async () => {
	expect((await simulate(${JSON.stringify(one)})).faults).toEqual([]);
});`;

/** What a complaint is about, whichever run and step it names. */
const about = (fault: string): string => fault.replace(/run_\w+|[a-z]*\d+/g, '#');

/** The shortest case found that still breaks in the same way: without kinds of trouble, shorter, without single troubles, with fewer runs and steps. */
export async function shrunk(one: Case, planted: Planted = {}): Promise<Case> {
	let happened: { number: number; what: Trouble }[] = [];
	const complaint = about((await simulate(one, planted)).faults[0]!);
	let best = one;
	const tried = async (next: Case): Promise<boolean> => {
		const verdict = await simulate(next, planted);
		if (!verdict.faults.some((fault) => about(fault) === complaint)) return false;
		[best, happened] = [next, verdict.happened];
		return true;
	};
	await tried(one);
	for (const what of new Set(happened.map(({ what }) => what))) await tried({ ...best, without: [...(best.without ?? []), what] });
	for (let length = (best.length ?? 200) >> 1, step = length; step > 0; step >>= 1) length += (await tried({ ...best, length })) ? -step : step;
	for (let size = happened.length; size > 0; size >>= 1)
		for (let at = 0; at < happened.length; at += size) await tried({ ...best, dropped: [...(best.dropped ?? []), ...happened.slice(at, at + size).map(({ number }) => number)] });
	await tried({ ...best, runs: 1 });
	const drawn = best.steps ?? stepsOf(new Chance(one.seed ^ 0xb00c), isAsking(one.seed));
	for (let n = drawn.length - 1; n >= 0; n--) {
		const steps = (best.steps ?? drawn).filter(({ id }) => id !== drawn[n]!.id);
		if (steps.length > 0) await tried({ ...best, steps });
	}
	return best;
}
