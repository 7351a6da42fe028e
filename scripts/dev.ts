/** `npm run dev`: like `npm start`, with the app served by Vite and its hot reload. */
import { runUntilStopped } from './start.ts';

await runUntilStopped('dev');
