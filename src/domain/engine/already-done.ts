/** Which parts of a step were done earlier in its run: nobody gets a second mail because another's failed, or because a person went back (BE3). */
import type { IntentDraft, IntentRequest } from '../actions/action.ts';
import { canonical } from '../value.ts';

/** What the same step asked for earlier in the same run. */
export type Performed = { part: number; request: IntentRequest };

/** What a request is aimed at: mails by their recipients, all others by kind and part. A text that changed since is still the same mail. */
const target = ({ part, request }: IntentDraft): string => (request.kind === 'mail' ? canonical(['mail', [...request.to].sort()]) : `${request.kind} ${part}`);

/** Whether this was asked for already. A question never: who goes back to it wants an answer of now. */
export const isAmong = (draft: IntentDraft, performed: readonly Performed[]): boolean => !(draft.request.kind === 'task' && draft.request.question) && performed.some((one) => target(one) === target(draft));
