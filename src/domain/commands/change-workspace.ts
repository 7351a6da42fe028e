import * as v from 'valibot';
import { line, type Command } from './command.ts';

/** Changes the workspace's own settings; what is left out stays. */
export const changeWorkspace = { type: 'change-workspace', permission: 'settings.change', secrets: ['resendKey', 'webhookSecret', 'resendWebhookSecret'], args: v.pipe(
	v.strictObject({
		name: v.optional(line(100)),
		timeZone: v.optional(line(64)),
		language: v.optional(v.picklist(['en', 'fr', 'it'])),
		workingDays: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7))), v.minLength(1), v.maxLength(7))),
		holidays: v.optional(v.pipe(v.array(v.pipe(v.string(), v.isoDate())), v.maxLength(500))),
		mailFrom: v.optional(v.nullable(line(320))),
		resendKey: v.optional(v.nullable(line(200))),
		webhookSecret: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^whsec_[A-Za-z0-9+/=]{24,}$/, 'a Standard Webhooks secret: whsec_ and base64')))),
		alertUrl: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2_000), v.url('not a web address'), v.regex(/^https?:/i, 'an http address: https://…')))),
		resendWebhookSecret: v.optional(v.nullable(v.pipe(v.string(), v.trim(), v.regex(/^whsec_[A-Za-z0-9+/=]{20,}$/, 'Resend’s signing secret: whsec_ and base64')))),
		mailsADay: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)))),
		isPaused: v.optional(v.boolean()),
		conflictHours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(720))),
	}),
	v.check((change) => Object.keys(change).length > 0, 'nothing to change'),
) } satisfies Command;
