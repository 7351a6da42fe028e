/** What becomes of what fell due during a pause (RU3): its time begins again where it was, it is done now, or it is skipped. By itself, so that a device that only sends the command needs no calendar. */
export const missedChoices = ['shift', 'now', 'skip'] as const;
export type Missed = (typeof missedChoices)[number];
