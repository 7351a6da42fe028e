/** Which parts of a retried step were done by an earlier attempt: nobody gets a second mail because another's failed (BE3). */
import type { IntentDraft, IntentRequest } from '../actions/action.ts';
import { canonical } from '../value.ts';

/** A done intent of an earlier attempt of the same step in the same run. */
export type Performed = { part: number; request: IntentRequest };

/** What a request is aimed at: mails by their recipients, all others by kind and part. A text that changed since is still the same mail. */
const target = ({ part, request }: IntentDraft): string => (request.kind === 'mail' ? canonical(['mail', [...request.to].sort()]) : `${request.kind} ${part}`);

/** Whether an earlier attempt did this already. */
export const alreadyDone = (draft: IntentDraft, performed: readonly Performed[]): boolean => performed.some((one) => target(one) === target(draft));
