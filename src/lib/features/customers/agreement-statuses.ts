import { m } from '$lib/messages/messages.js';

/** The statuses of an agreement (CU7) with the status colour each is shown in. */
export const agreementStatuses = () =>
	({
		PENDING: { label: m.agreement_pending(), status: 'waiting' },
		VALIDATED: { label: m.agreement_validated(), status: 'plain' },
		ACTIVE: { label: m.agreement_active(), status: 'done' },
		PAUSED: { label: m.agreement_paused(), status: 'warned' },
		CANCELLED: { label: m.agreement_cancelled(), status: 'stuck' },
		FINISHED: { label: m.agreement_finished(), status: 'plain' },
	}) as const;
export type AgreementStatus = keyof ReturnType<typeof agreementStatuses>;
