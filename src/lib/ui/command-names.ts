/** What a queued command is called in the sync light. */
import { m } from '$lib/messages/messages.js';

const names: Record<string, () => string> = {
	'create-customer': m.command_create_customer,
	'create-playbook': m.command_create_playbook,
	'publish-playbook': m.command_publish_playbook,
	'activate-playbook': m.command_activate_playbook,
	'pause-playbook': m.command_pause_playbook,
	'deactivate-playbook': m.command_deactivate_playbook,
	'start-run': m.command_start_run,
	'stop-run': m.command_stop_run,
	'retry-step': m.command_retry_step,
	'skip-step': m.command_skip_step,
	'pause-run': m.command_pause_run,
	'resume-run': m.command_resume_run,
	'jump-to-step': m.command_jump_to_step,
	'run-again': m.command_run_again,
	'complete-task': m.command_complete_task,
	'answer-question': m.command_answer_question,
	'create-task': m.command_create_task,
	'log-interaction': m.command_log_interaction,
	'approve-mail': m.command_approve_mail,
	'edit-mail': m.command_edit_mail,
	'cancel-mail': m.command_cancel_mail,
	'settle-intent': m.command_settle,
	'take-back': m.command_take_back,
	'follow-customer': m.command_follow,
	'unfollow-customer': m.command_follow,
	'create-note': m.command_create_note,
	'create-template': m.command_create_template,
	'save-view': m.command_view,
	'remove-view': m.command_view,
	'edit-customers': m.command_bulk,
	'retry-timer': m.command_retry_timer,
	'migrate-runs': m.command_migrate,
	'cancel-migration': m.command_migrate_cancel,
	'roll-back-migration': m.command_migrate_undo,
	'delete-customer': m.command_delete_customer,
	'restore-customer': m.command_restore_customer,
};

/** A command's words; anything about the workspace's own definitions is “settings”. */
export const commandName = (type: string): string => (names[type] ?? m.command_settings)();
