/** Which branch of a split a record takes, and why (PB1, CO5). */
import { explain } from '../conditions/evaluate.ts';
import type { Explanation } from '../conditions/condition.ts';
import type { Branch } from '../documents/playbook/definition.ts';
import type { Facts } from './facts.ts';
import type { Split } from './next-step.ts';

/** The branch taken (null: none matched and there is no else) and the conditions looked at, in order. */
export type Choice = { branch: Branch | null; considered: { branch: string; explanation: Explanation }[] };

/** The first branch whose condition holds, else the one without condition, wherever it stands. Branches after the match aren't looked at. */
export function chooseBranch(split: Split, facts: Facts, now: number): Choice {
	const considered: Choice['considered'] = [];
	for (const branch of split.branches) {
		if (branch.condition === null) continue;
		const explanation = explain(branch.condition, facts, now);
		considered.push({ branch: branch.id, explanation });
		if (explanation.holds) return { branch, considered };
	}
	return { branch: split.branches.find(({ condition }) => condition === null) ?? null, considered };
}
