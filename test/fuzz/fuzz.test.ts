/** Seeded fuzz of the whole path, from a phone to the store (issue 3): the first half of CI's schedules. `npm run fuzz` tries others. */
import './chance.ts';
import { half } from './half.ts';

half(0);
