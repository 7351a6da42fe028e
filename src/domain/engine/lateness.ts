/**
 * How late jobs begin (R24), counted in bounds: an exact list would grow with the work. Where a percentile falls is known to its
 * bound, and whether it is beyond one of the bounds is exact. All in ms.
 */

/** Upper bounds of what is counted together; beyond the last there is one more place. */
export const latenessBounds = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 86_400_000] as const;

/** A p99 beyond this is an incident; one of the bounds, so that the rule is exact. */
export const lateBound = 30_000;
/** The time that the rule looks back at. */
export const lateWindow = 5 * 60_000;

/** `worst`: the latest of them, in ms. */
export type LatenessCount = { bucket: number; count: number; worst: number };
export type Lateness = { count: number; p50: number; p99: number; worst: number };

/** The place of a lateness among the bounds. */
export const bucketOf = (lateMs: number): number => {
	const place = latenessBounds.findIndex((bound) => lateMs <= bound);
	return place < 0 ? latenessBounds.length : place;
};

/** What counts amount to; null when nothing was counted. A percentile is the upper bound of its place, and never more than the worst. */
export const latenessOf = (counts: readonly LatenessCount[]): Lateness | null => {
	const count = counts.reduce((sum, one) => sum + one.count, 0);
	if (count === 0) return null;
	const worst = Math.max(...counts.map((one) => one.worst));
	const places = [...counts].sort((a, b) => a.bucket - b.bucket);
	const at = (share: number): number => {
		let before = 0;
		for (const one of places) if ((before += one.count) >= Math.ceil(share * count)) return Math.min(latenessBounds[one.bucket] ?? worst, worst);
		return worst;
	};
	return { count, p50: at(0.5), p99: at(0.99), worst };
};

/** The rule of R24. */
export const isLate = (lateness: Lateness | null): boolean => lateness !== null && lateness.p99 > lateBound;
