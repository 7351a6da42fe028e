/** Work that can wait gives way to work that is being watched. */
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** How long Linux asks to wait between two such changes by somebody who isn't root, and some more: ms. */
const pauseMs = 150;

/**
 * Lets a process that was just started `detached`, and all that it starts, run only on what others leave. Niceness alone does not: Linux
 * shares the processors among sessions first (sched(7), autogroups), and a browser, a store and a room are sessions of their own, so the
 * session is made nice as well. Elsewhere niceness is all there is.
 */
export const giveWay = (pid: number, tries = 5): void => {
	setPriority(pid, constants.priority.PRIORITY_LOW);
	try {
		writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EAGAIN' && tries > 1) setTimeout(giveWay, pauseMs, pid, tries - 1).unref();
	}
};
