/** The server's reason codes (held and refused commands) in words a person understands, with what to do. */
import { m } from '$lib/messages/messages.js';

const words: Record<string, () => string> = {
	'already-done': m.refusal_already_done,
	'needs-answer': m.refusal_needs_answer,
	'no-such-question': m.refusal_no_such_question,
	'already-answered': m.refusal_already_answered,
	'question-withdrawn': m.refusal_question_withdrawn,
	'not-an-answer': m.refusal_not_an_answer,
	'task-cancelled': m.refusal_task_cancelled,
	'run-moved-on': m.refusal_run_moved_on,
	'changed-meanwhile': m.refusal_changed_meanwhile,
	'ground-changed': m.refusal_ground_changed,
	'no-recipients': m.refusal_no_recipients,
	'mail-decided': m.refusal_mail_decided,
	'blank-mail': m.refusal_blank_mail,
	'effect-settled': m.refusal_effect_settled,
	'settle-first': m.refusal_settle_first,
	'taken-back': m.refusal_taken_back,
	'in-part': m.refusal_in_part,
	'no-right': m.refusal_no_right,
	'not-valid': m.refusal_not_valid,
	invalid: m.refusal_not_valid,
	'not-ready': m.refusal_not_ready,
	'read-only': m.refusal_read_only,
	'name-taken': m.refusal_name_taken,
	'type-fixed': m.refusal_type_fixed,
	'stage-in-use': m.refusal_stage_in_use,
	'last-administrator': m.refusal_last_administrator,
	'already-member': m.refusal_already_member,
	'no-such-time-zone': m.refusal_no_such_time_zone,
	'external-id-taken': m.refusal_external_id_taken,
	'not-active': m.refusal_not_active,
	'parent-circle': m.refusal_parent_circle,
	'too-many-views': m.refusal_too_many_views,
	'unknown-stage': m.refusal_gone,
	'unknown-field': m.refusal_gone,
	'unknown-user': m.refusal_gone,
	'unknown-option': m.refusal_gone,
	'never-published': m.refusal_never_published,
	'nobody-entered': m.refusal_nobody_entered,
	'nothing-changed': m.refusal_nothing_changed,
	problems: m.refusal_problems,
	'unknown-command': m.refusal_unknown_command,
	'not-quarantined': m.refusal_not_quarantined,
	migrating: m.refusal_migrating,
	'nobody-to-move': m.refusal_nobody_to_move,
	'migration-over': m.refusal_migration_over,
	'not-restorable': m.refusal_not_restorable,
	deleted: m.refusal_deleted,
	offline: m.refusal_offline,
	timeout: m.refusal_offline,
	'no-such-template': m.refusal_no_such_template,
	'template-wrong': m.refusal_template_wrong,
};

/** Words for a reason code; what isn't there any more is said as such, and an unknown code is shown as it is. */
export function refusalText(reason: string | null | undefined, message?: string): string {
	if (reason && words[reason]) return words[reason]();
	if (reason?.startsWith('no-such-')) return m.refusal_gone();
	return message || m.refusal_other({ reason: reason ?? '?' });
}

/** Why something could not be read from the server, in words: no answer came (status 0), or its own reason. */
export const failureText = ({ status, code, message }: { status: number; code: string; message: string }): string => (status === 0 ? m.failure_offline() : refusalText(code, message));
