/** What incidents and outside systems are called. */
import { findStep } from '#domain/engine/next-step.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';
import { mirror } from '$lib/sync/index.ts';
import { stepTitle } from '$lib/features/flow/titles.ts';
import { namesWithin } from '$lib/features/flow/values.ts';
import { formatSpan } from '$lib/ui/formats.ts';
import { locale } from '$lib/ui/locale.ts';

type Incident = MirrorRows['incident'];
const playbookOf = ({ detail }: Incident): string => mirror.row('playbook', String(detail.playbookId))?.name ?? m.ops_a_playbook();

/** What is quarantined: a step of a playbook, with its customer, or a playbook's timer. */
export function quarantinedName(incident: Incident): string {
	if (incident.detail.runId === undefined) return m.ops_quarantined_timer({ playbook: playbookOf(incident) });
	const customer = mirror.row('customer', String(incident.detail.customerId))?.name;
	return m.ops_quarantined_step({ playbook: playbookOf(incident) }) + (customer ? `, ${customer}` : '');
}

/** What quarantined jobs have in common: a step of a playbook by its title, or a playbook's timer; and how many they are, or were. */
function quarantineName(incident: Incident): string {
	const { playbookId, stepId, count } = incident.detail;
	const draft = mirror.row('playbook', String(playbookId))?.draft;
	const step = draft && stepId !== undefined ? findStep(draft, String(stepId)) : null;
	const title = step ? `${playbookOf(incident)}, ${stepTitle(step, namesWithin(draft!, mirror))}` : stepId === undefined ? m.ops_quarantined_timer({ playbook: playbookOf(incident) }) : m.ops_quarantined_step({ playbook: playbookOf(incident) });
	return m.ops_incident_quarantine({ what: title, count: Number(count) });
}

/** What an incident is about, in a line. */
export const incidentName = (incident: Incident): string => (incident.kind === 'lateness' ? m.ops_incident_lateness({ p99: formatSpan(Number(incident.detail.p99), locale()) }) : quarantineName(incident));

/** An outside system as its breaker names it (party/perform.ts): `webhook host`, `push host`, `document id`, `mail`. */
export function systemName(system: string): string {
	const [kind, name = ''] = system.split(' ');
	if (kind === 'webhook') return m.ops_breaker_webhook({ name });
	if (kind === 'push') return m.ops_breaker_push({ name });
	if (kind === 'document') return m.ops_breaker_document({ name: mirror.row('customer', name)?.name ?? name });
	return kind === 'mail' ? m.ops_breaker_mail() : system;
}

/** A quota's bucket as it is charged (domain/engine/quota.ts): `mail address`, or `mail` for what has no sender of its own. */
export function bucketName(bucket: string): string {
	const [kind, name = ''] = bucket.split(' ');
	return kind === 'mail' ? (name ? m.ops_quota_mail({ name }) : m.ops_breaker_mail()) : bucket;
}
