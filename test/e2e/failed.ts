/** Every browser test that fails says what its windows showed (witness.ts), whatever it waited for. */
import { afterEach } from 'vitest';
import { tell } from './witness.ts';

afterEach(async ({ task }) => {
	for (const error of task.result?.errors ?? []) await tell(error as { message: string; stack?: string });
});
