/** The Outbox's words and filters. */
import type { Delivery } from '#domain/delivery.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';
import type { Status } from '$lib/ui/status.ts';

export type Mail = MirrorRows['mail'];

export const stateLooks: Record<Mail['state'], { status: Status; label: () => string; text?: () => string }> = {
	captured: { status: 'waiting', label: m.outbox_state_captured, text: m.outbox_state_captured_text },
	sent: { status: 'done', label: m.outbox_state_sent },
	failed: { status: 'stuck', label: m.outbox_state_failed },
	unknown: { status: 'warned', label: m.outbox_state_unknown, text: m.outbox_state_unknown_text },
};
/** What the provider told later says more than that it was sent. */
const deliveryLooks: Partial<Record<Delivery, { status: Status; label: () => string }>> = {
	delayed: { status: 'waiting', label: m.delivery_delayed },
	delivered: { status: 'done', label: m.delivery_delivered },
	bounced: { status: 'stuck', label: m.delivery_bounced },
	failed: { status: 'stuck', label: m.delivery_failed },
	complained: { status: 'warned', label: m.delivery_complained },
};
/** A mail's state as it is shown. */
export const lookOf = ({ state, delivery }: Pick<Mail, 'state' | 'delivery'>): (typeof stateLooks)[Mail['state']] => (delivery && deliveryLooks[delivery]) || stateLooks[state];

export const kindLabels: Record<Mail['kind'], () => string> = {
	automatic: m.outbox_kind_automatic,
	validated: m.outbox_kind_validated,
	internal: m.outbox_kind_internal,
	'sign-in': m.outbox_kind_sign_in,
	invitation: m.outbox_kind_invitation,
};

/** Mails of a state and kind (empty = any), newest first. */
export const mailsOf = (mails: readonly Mail[], state: string, kind: string): Mail[] =>
	mails.filter((mail) => (state === '' || mail.state === state) && (kind === '' || mail.kind === kind)).sort((a, b) => b.at - a.at);

/** The mail as a page of its own: no scripts, no forms, nothing loaded but pictures; links open outside. */
export const framed = (html: string): string =>
	`<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; font-src https: data:"><base target="_blank"><style>body{margin:16px;font:15px/1.5 system-ui,sans-serif;color:#1a1b22;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}</style>${html}`;
