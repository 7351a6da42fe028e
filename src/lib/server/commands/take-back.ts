import { refused, type Handler } from './decision.ts';

/** Kept as the answer for its id: the command itself, should it still arrive, is answered the same. */
export const takeBack: Handler = async () => refused('taken-back');
