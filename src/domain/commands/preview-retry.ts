import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** A read: what trying a run's failed step again would do now, beside what it did last time. */
export const previewRetry = { type: 'preview-retry', permission: null, isRead: true, args: v.object({ runId: id }) } satisfies Command<{ runId: string }>;
