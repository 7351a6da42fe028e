/** What a person may do to a run, or to many (RU3): its words and its command. Which runs it is for says standing.ts. */
import type { Component } from 'svelte';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import CirclePlay from '@lucide/svelte/icons/circle-play';
import CornerDownRight from '@lucide/svelte/icons/corner-down-right';
import Octagon from '@lucide/svelte/icons/octagon';
import Repeat from '@lucide/svelte/icons/repeat';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import { m } from '$lib/messages/messages.js';

export type OrderKind = 'retry' | 'resume' | 'pause' | 'skip' | 'jump' | 'again' | 'stop';
type Words = { command: string; icon: Component<any>; label: () => string; title: () => string; hint: () => string; done: () => string; /** Of many: how many can be. */ can: (counts: { can: number; total: number }) => string; isDanger?: boolean };

export const orders: Record<OrderKind, Words> = {
	retry: { command: 'retry-step', icon: RotateCw, label: m.run_retry, title: m.order_retry_title, hint: m.order_retry_hint, done: m.order_done_retry, can: m.order_can_retry },
	resume: { command: 'resume-run', icon: CirclePlay, label: m.run_resume, title: m.order_resume_title, hint: m.order_resume_hint, done: m.order_done_resume, can: m.order_can_resume },
	pause: { command: 'pause-run', icon: CirclePause, label: m.run_pause, title: m.order_pause_title, hint: m.order_pause_hint, done: m.order_done_pause, can: m.order_can_pause },
	skip: { command: 'skip-step', icon: SkipForward, label: m.run_skip, title: m.order_skip_title, hint: m.order_skip_hint, done: m.order_done_skip, can: m.order_can_skip },
	jump: { command: 'jump-to-step', icon: CornerDownRight, label: m.run_jump, title: m.order_jump_title, hint: m.order_jump_hint, done: m.order_done_jump, can: m.order_can_jump },
	again: { command: 'run-again', icon: Repeat, label: m.run_again, title: m.order_again_title, hint: m.order_again_hint, done: m.order_done_again, can: m.order_can_again },
	stop: { command: 'stop-run', icon: Octagon, label: m.run_stop, title: m.order_stop_title, hint: m.order_stop_hint, done: m.order_done_stop, can: m.order_can_stop, isDanger: true },
};
