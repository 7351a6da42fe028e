/** What an accepted command on many left as it was: whoever asked for it gets to read it, however late the answer comes. */
export type LeftOut = { customerId: string; reason: string };

type OfEdit = { outcome: 'changed' | 'unchanged' | 'left' | 'refused' };
type OfStart = { entered: boolean };
type Result = { customerId: string; reason?: string } & (OfEdit | OfStart);

/** By the result of `edit-customers` or `start-run`; nobody, by that of other commands. */
export function leftOut(result: unknown): LeftOut[] {
	const all: unknown = Array.isArray(result) ? result : (result as { results?: unknown } | null | undefined)?.results;
	if (!Array.isArray(all)) return [];
	const isLeftOut = (one: Result) => ('entered' in one ? !one.entered : one.outcome === 'refused' || one.outcome === 'left');
	return (all as Result[]).filter(isLeftOut).map(({ customerId, reason = '' }) => ({ customerId, reason }));
}
