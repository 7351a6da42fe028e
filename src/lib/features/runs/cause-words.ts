/** Why a run began, or would have, in words. */
import type { RunCause } from '#domain/engine/run.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { m } from '$lib/messages/messages.js';
import { customerFieldName } from '$lib/features/flow/titles.ts';
import { valueText, type Names } from '$lib/features/flow/values.ts';

/** What led to it: a person, a time, another playbook, or what happened to the customer. */
export function causeText(cause: RunCause, names: Names): string {
	const person = 'userId' in cause ? (('name' in cause ? cause.name : undefined) ?? names.row('person', cause.userId)?.name ?? m.run_somebody()) : '';
	switch (cause.by) {
		case 'person': return m.run_by_person({ name: person });
		case 'activation': return m.run_by_activation({ name: person });
		case 'schedule': return m.run_by_schedule();
		case 'run': return m.run_by_run({ name: names.row('playbook', cause.playbookId)?.name ?? '' });
		case 'event': return eventText({ type: cause.eventType as RecordedEvent['type'], data: cause.data }, names);
	}
}

/** What an event said: “Stage: Onboarding → Live”. */
export function eventText({ type, data }: Pick<RecordedEvent, 'type' | 'data'>, names: Names): string {
	if (type === 'customer.created') return m.run_by_created();
	if (!('field' in data)) return m.run_by_event();
	const field = String(data.field);
	const said = (value: unknown) => (value === null || value === undefined || value === '' ? m.run_nothing() : valueText(`customer.${field}`, value, names));
	return m.why_changed({ field: customerFieldName(field, names), from: said(data.from), to: said(data.to) });
}
