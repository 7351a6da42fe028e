/** A webhook receiver: verifies Standard Webhooks signatures with the standard's own library, and answers as it is told. */
import { Webhook } from 'standardwebhooks';
import { startProvider, type Provider } from './log.ts';

export type Reply = { status: number; body?: string; headers?: Record<string, string> };
export type Receiver = Provider & { replies: Reply[]; verify: (index: number, secret: string) => unknown };

export const startReceiver = async (): Promise<Receiver> => {
	const replies: Reply[] = [];
	const provider = await startProvider((_seen, response) => {
		const { status, body = '', headers = {} } = replies.shift() ?? { status: 200, body: '{"ok":true}', headers: { 'content-type': 'application/json' } };
		response.writeHead(status, headers).end(body);
	});
	return {
		...provider,
		replies,
		verify: (index, secret) => new Webhook(secret).verify(provider.seen[index]!.body, provider.seen[index]!.headers as Record<string, string>),
	};
};
