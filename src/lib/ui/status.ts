/** The four states of RU1 and none: done, waiting for a person, finished with errors, stuck. Each has a colour, an icon and a word. */
export type Status = 'done' | 'waiting' | 'warned' | 'stuck' | 'plain';
