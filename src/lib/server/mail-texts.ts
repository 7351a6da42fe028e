/** The words of the app's own mails, in the workspace's language. */
export type MailKind = 'sign-in' | 'invitation';
export type MailWords = { url: string; workspace: string; invitedBy: string | null };

type Words = { subject: string; lead: string; act: string; life: string };

const words: Record<string, Record<MailKind, (by: MailWords) => Words>> = {
	en: {
		'sign-in': () => ({ subject: 'Your sign-in link', lead: 'Open this link to sign in to Cuebook.', act: 'Sign in', life: 'It works once, for 15 minutes. If you did not ask for it, do nothing.' }),
		invitation: ({ workspace, invitedBy }) => ({
			...{ subject: `Join ${workspace} on Cuebook`, lead: `${invitedBy ?? 'A colleague'} invites you to ${workspace}.`, act: 'Join' },
			life: 'The link works once, for 7 days. After that, ask for a sign-in link with this address.',
		}),
	},
	fr: {
		'sign-in': () => ({ subject: 'Votre lien de connexion', lead: 'Ouvrez ce lien pour vous connecter à Cuebook.', act: 'Se connecter', life: 'Il fonctionne une fois, pendant 15 minutes. Si vous ne l’avez pas demandé, ne faites rien.' }),
		invitation: ({ workspace, invitedBy }) => ({
			...{ subject: `Rejoignez ${workspace} sur Cuebook`, lead: `${invitedBy ?? 'Un collègue'} vous invite dans ${workspace}.`, act: 'Rejoindre' },
			life: 'Le lien fonctionne une fois, pendant 7 jours. Ensuite, demandez un lien de connexion avec cette adresse.',
		}),
	},
	it: {
		'sign-in': () => ({ subject: 'Il tuo link di accesso', lead: 'Apri questo link per accedere a Cuebook.', act: 'Accedi', life: 'Funziona una volta, per 15 minuti. Se non l’hai chiesto, non fare nulla.' }),
		invitation: ({ workspace, invitedBy }) => ({
			...{ subject: `Entra in ${workspace} su Cuebook`, lead: `${invitedBy ?? 'Un collega'} ti invita in ${workspace}.`, act: 'Entra' },
			life: 'Il link funziona una volta, per 7 giorni. Poi chiedi un link di accesso con questo indirizzo.',
		}),
	},
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Subject, text and HTML of a mail. An unknown language reads English. */
export function textsOf(kind: MailKind, language: string, by: MailWords): { subject: string; text: string; html: string } {
	const { subject, lead, act, life } = (words[language] ?? words.en!)[kind](by);
	return {
		subject,
		text: `${lead}\n\n${by.url}\n\n${life}\n`,
		html: `<p>${escaped(lead)}</p><p><a href="${escaped(by.url)}">${escaped(act)}</a></p><p style="word-break:break-all">${escaped(by.url)}</p><p>${escaped(life)}</p>`,
	};
}
