/** One mail through Resend, under the intent's key; without a key it is captured in the Outbox. */
import { Resend } from 'resend';
import { recordMail } from '#db/mails.ts';
import { keyTag } from '#domain/delivery.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import { errorText } from '#domain/engine/error.ts';
import { retryAfterMs, type Outcome, type Performer, type World } from './performer.ts';

type Request = Extract<IntentRequest, { kind: 'mail' }>;

/** What captured mail comes from when the workspace has no address of its own. `.invalid` can't be anybody's (RFC 2606). */
const nobody = { name: 'Cuebook', email: 'cuebook@captured.invalid' };
const timeoutMs = 20_000;

/** `Name <address>` or a bare address, as settings hold it. */
const senderOf = (text: string): { name: string; email: string } => {
	const match = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/.exec(text);
	return match ? { name: match[1]!, email: match[2]!.trim() } : { name: '', email: text.trim() };
};

/** An address header's value; a name with anything but letters is quoted. Null = the workspace has no address. */
export const addressOf = (from: { name: string; email: string } | null): string => {
	const { name, email } = from ?? nobody;
	const clean = name.replace(/["\\\r\n]/g, '').trim();
	if (clean === '') return email;
	return /^[\p{L}\p{N} '-]+$/u.test(clean) ? `${clean} <${email}>` : `"${clean}" <${email}>`;
};

const keyOf = ({ sending, settings }: World): string | undefined => sending.resendKey ?? settings.RESEND_API_KEY;

export const mail: Performer<Request> = {
	timeoutMs,
	isKeyed: true,
	freeze: (request, { sending }) => ({ ...request, isTagged: true, from: request.from ?? (sending.mailFrom ? senderOf(sending.mailFrom) : nobody) }),

	async perform({ key, request }, world): Promise<Outcome> {
		const apiKey = keyOf(world);
		if (!apiKey) return { kind: 'done', response: { captured: true }, isCaptured: true };
		const body = {
			from: addressOf(request.from),
			to: request.to,
			...(request.cc.length > 0 ? { cc: request.cc } : {}),
			...(request.bcc.length > 0 ? { bcc: request.bcc } : {}),
			...(request.replyTo ? { reply_to: request.replyTo } : {}),
			subject: request.subject,
			html: request.html,
			text: request.text,
			...(request.isTagged ? { tags: [{ name: keyTag, value: key }] } : {}),
		};
		const resend = new Resend(apiKey, { baseUrl: world.settings.RESEND_URL });
		// `post`, not `emails.send`: the body goes as it was frozen, whatever the SDK makes of its own options later (R11).
		const options = { idempotencyKey: key, signal: AbortSignal.timeout(timeoutMs) };
		const { data, error, headers } = await resend.post<{ id: string }>('/emails', body, options);
		if (!error) return { kind: 'done', response: { id: data.id }, providerId: data.id };
		const status = error.statusCode;
		const answer = { answer: `Resend: ${error.message}` };
		const later = errorText('mail-later', answer);
		if (status === null || status === undefined || status >= 500 || error.name === 'concurrent_idempotent_requests') return { kind: 'retry', error: later, isAmbiguous: true };
		if (status === 429) {
			const afterMs = retryAfterMs(headers?.['retry-after'], Date.now());
			return { kind: 'retry', error: later, isAmbiguous: false, ...(afterMs === undefined ? {} : { afterMs }) };
		}
		return { kind: 'failed', error: errorText('mail-refused', answer) };
	},

	rows: ({ key, workspace, request, run }, { state, error, providerId, isCaptured, now }) => [
		recordMail({
			id: key,
			workspace,
			kind: request.mailKind,
			customerId: request.customerId,
			runId: run?.id ?? null,
			from: addressOf(request.from),
			to: request.to,
			cc: request.cc,
			bcc: request.bcc,
			subject: request.subject,
			html: request.html,
			text: request.text,
			state: state === 'done' ? (isCaptured ? 'captured' : 'sent') : state,
			providerId,
			error,
			at: now,
		}),
	],
};
