/** Seeded fuzz of the whole path, from a phone to the store (issue 3): the second half of CI's schedules. */
import './chance.ts';
import { half } from './half.ts';

half(1);
