/** What became of a mail after the provider took it, as its callbacks tell (Resend's webhooks). They come late, twice and out of order. */

/** Later news outranks earlier news, whenever it arrives; a bounce after a delivery counts, a delay after it does not. */
export const deliveries = ['sent', 'delayed', 'delivered', 'bounced', 'failed', 'complained'] as const;
export type Delivery = (typeof deliveries)[number];

/** That it was opened or clicked proves that it was delivered. */
const told: Record<string, Delivery> = {
	'email.sent': 'sent',
	'email.delivery_delayed': 'delayed',
	'email.delivered': 'delivered',
	'email.opened': 'delivered',
	'email.clicked': 'delivered',
	'email.bounced': 'bounced',
	'email.failed': 'failed',
	'email.suppressed': 'failed',
	'email.complained': 'complained',
};

/** What a callback's type says; null for one that is about something else (a contact, a domain). */
export const deliveryOf = (type: string): Delivery | null => (Object.hasOwn(told, type) ? told[type]! : null);

/** Whether the provider had taken the mail: all but a failure prove it. */
export const wasTaken = (delivery: Delivery): boolean => delivery !== 'failed';

/** The tag that carries the intent's key to the provider and back: so a callback finds a mail whose answer was lost (R12). */
export const keyTag = 'cuebook_key';
