/** Deterministic simulation of the engine (issue 4, ADR 23): the first half of CI's schedules. `npm run simulate` tries others. */
import { half } from './simulation/half.ts';

half(0);
