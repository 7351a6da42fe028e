/** Deterministic simulation of the engine (issue 4, ADR 23): the second half of CI's schedules. */
import { half } from './simulation/half.ts';

half(1);
