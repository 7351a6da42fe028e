import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { safeParse } from 'valibot';
import { changeWorkspace } from '../../../../src/domain/commands/change-workspace.ts';
import { newWebhookSecret } from '../../../../src/lib/features/settings/webhook-secret.ts';

test('a made secret is one that Standard Webhooks signs with, and that the command takes', () => {
	const secret = newWebhookSecret(crypto.getRandomValues(new Uint8Array(32)));
	const webhook = new Webhook(secret);
	const at = new Date();
	const signature = webhook.sign('msg_1', at, '{"a":1}');
	expect(webhook.verify('{"a":1}', { 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature })).toEqual({ a: 1 });
	expect(safeParse(changeWorkspace.args, { webhookSecret: secret }).success).toBe(true);
});
