/** The icons that the registries name, and those of the kinds of steps. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import CircleStop from '@lucide/svelte/icons/circle-stop';
import Clock from '@lucide/svelte/icons/clock';
import Hand from '@lucide/svelte/icons/hand';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Mail from '@lucide/svelte/icons/mail';
import MailCheck from '@lucide/svelte/icons/mail-check';
import Mailbox from '@lucide/svelte/icons/mailbox';
import MessageCircleQuestionMark from '@lucide/svelte/icons/message-circle-question-mark';
import Milestone from '@lucide/svelte/icons/milestone';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Repeat from '@lucide/svelte/icons/repeat';
import Split from '@lucide/svelte/icons/split';
import SquareCheckBig from '@lucide/svelte/icons/square-check-big';
import Tags from '@lucide/svelte/icons/tags';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Webhook from '@lucide/svelte/icons/webhook';
import Workflow from '@lucide/svelte/icons/workflow';
import type { Component } from 'svelte';
import { actions } from '#domain/actions/index.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { triggers } from '#domain/triggers/index.ts';

const named: Record<string, Component<any>> = {
	'calendar-clock': CalendarClock, hand: Hand, hourglass: Hourglass, mail: Mail, mailbox: Mailbox, 'mail-check': MailCheck, 'message-circle-question-mark': MessageCircleQuestionMark, milestone: Milestone, 'pencil-line': PencilLine, repeat: Repeat,
	'square-check-big': SquareCheckBig, tags: Tags, 'user-plus': UserPlus, webhook: Webhook, workflow: Workflow,
};
const kinds: Record<string, Component<any>> = { wait: Clock, split: Split, question: MessageCircleQuestionMark, stop: CircleStop };

/** An action's icon; a question mark for one that this app doesn't know. */
export const actionIcon = (action: string): Component<any> => named[actions[action]?.icon ?? ''] ?? CircleHelp;
export const kindIcon = (kind: Step['kind'] | 'question', action = ''): Component<any> => kinds[kind] ?? actionIcon(action);
export const stepIcon = (step: Step): Component<any> => kindIcon(step.kind === 'split' && step.question ? 'question' : step.kind, step.kind === 'action' ? step.action : '');
export const triggerIcon = (type: string | undefined): Component<any> => named[triggers[type ?? '']?.icon ?? ''] ?? CircleHelp;
