/** Why an order to runs wasn't carried out. */
import { isOfRuns, refusalWords } from '$lib/features/decisions/refusals.ts';
import type { Outcome } from '$lib/sync/index.ts';

/** An answer's words. Its detail says more: of many customers the first one's reason, of a run what the rule found. */
export function refusalText(outcome: Outcome): string {
	if (outcome.status === 'accepted') return '';
	const detail = (outcome as { detail?: unknown }).detail as { reason?: string }[] | { code?: string } | undefined;
	const said = Array.isArray(detail) ? detail[0]?.reason : detail?.code;
	return said !== undefined && isOfRuns(said) ? refusalWords(said) : refusalWords(outcome.reason, outcome.message);
}
