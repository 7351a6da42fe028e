/**
 * The app's own mails: sign-in links and invitations. Through Resend when there is a key; else captured, which means that the row in the
 * Outbox is the mail. A mail that was sent keeps no link in its row: only its reader may have it.
 */
import type { Statement } from '#db/commands.ts';
import { commitIn } from '#db/commands.ts';
import { workspaceRow } from '#db/people.ts';
import { mail } from '#db/schema/effects.ts';
import { seqOf } from '#db/sync.ts';
import type { Database } from '#db/client.ts';
import type { Settings } from './environment.ts';
import { generatedId } from './generated-id.ts';
import { textsOf, type MailKind } from './mail-texts.ts';
import { poke } from './rooms.ts';

export type LinkMail = { kind: MailKind; to: string; url: string; workspaces: string[]; invitedBy?: string | null };
type Sent = { state: 'captured' | 'sent' | 'failed'; providerId: string | null; error: string | null };

const captureAddress = 'Cuebook <no-reply@cuebook.local>';

/** Sends one mail with a link, and writes it into the Outbox of each workspace it belongs to. Never throws for a provider's refusal: the row tells it. */
export async function sendMail(db: Database, settings: Settings, letter: LinkMail, now: number): Promise<void> {
	const home = letter.workspaces[0] ? await workspaceRow(db, letter.workspaces[0]) : null;
	const key = home?.resendKey ?? settings.RESEND_API_KEY ?? null;
	const from = home?.mailFrom ?? captureAddress;
	const texts = textsOf(letter.kind, home?.language ?? 'en', { url: letter.url, workspace: home?.name ?? 'Cuebook', invitedBy: letter.invitedBy ?? null });
	const id = generatedId('mail');
	const sent: Sent = key ? await throughResend(settings, key, id, { from, to: [letter.to], ...texts }) : { state: 'captured', providerId: null, error: null };
	// Nobody has an Outbox yet: the log of the machine is the only place where its owner can find the link.
	if (!home && sent.state !== 'sent') console.info(`Sign-in link for ${letter.to}: ${letter.url}`);
	const shown = sent.state === 'captured' ? texts : { ...texts, html: texts.html.replaceAll(escaped(letter.url), '…'), text: texts.text.replaceAll(letter.url, '…') };
	for (const workspace of letter.workspaces) {
		const row: Statement = db.insert(mail).values({
			...{ id: generatedId('mail'), workspace, seq: seqOf(workspace), kind: letter.kind, customerId: null, runId: null },
			...{ from, to: [letter.to], cc: [], bcc: [], ...shown, ...sent, at: now },
		});
		const seq = await commitIn(db, workspace, [row]);
		if (seq !== null) await poke(settings, workspace, seq);
	}
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;');

async function throughResend(settings: Settings, key: string, id: string, body: object): Promise<Sent> {
	try {
		const response = await fetch(new URL('/emails', settings.RESEND_URL), {
			method: 'POST',
			headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(10_000),
		});
		const said = (await response.json().catch(() => ({}))) as { id?: string; message?: string };
		if (response.ok) return { state: 'sent', providerId: said.id ?? null, error: null };
		return { state: 'failed', providerId: null, error: `Resend answered ${response.status}: ${said.message ?? 'no reason given'}` };
	} catch (error) {
		return { state: 'failed', providerId: null, error: `Resend could not be reached: ${error instanceof Error ? error.message : String(error)}` };
	}
}
