/** Every command by its type: an explicit map, which a test compares with the files. */
import { activatePlaybook } from './activate-playbook.ts';
import { changeRole } from './change-role.ts';
import { changeWorkspace } from './change-workspace.ts';
import { completeTask } from './complete-task.ts';
import { countMatching } from './count-matching.ts';
import { createCustomer } from './create-customer.ts';
import { createPlaybook } from './create-playbook.ts';
import { createTask } from './create-task.ts';
import { deactivatePlaybook } from './deactivate-playbook.ts';
import { invitePerson } from './invite-person.ts';
import { logInteraction } from './log-interaction.ts';
import { pausePlaybook } from './pause-playbook.ts';
import { publishPlaybook } from './publish-playbook.ts';
import { removeField } from './remove-field.ts';
import { removePerson } from './remove-person.ts';
import { removeStage } from './remove-stage.ts';
import { removeTag } from './remove-tag.ts';
import { removeTeam } from './remove-team.ts';
import { restoreVersion } from './restore-version.ts';
import { retryStep } from './retry-step.ts';
import { saveField } from './save-field.ts';
import { saveStage } from './save-stage.ts';
import { saveTag } from './save-tag.ts';
import { saveTeam } from './save-team.ts';
import { skipStep } from './skip-step.ts';
import { startRun } from './start-run.ts';
import { stopRun } from './stop-run.ts';
import { followCustomer } from './follow-customer.ts';
import { unfollowCustomer } from './unfollow-customer.ts';
import { saveView } from './save-view.ts';
import { removeView } from './remove-view.ts';
import { editCustomers } from './edit-customers.ts';
import { approveMail } from './approve-mail.ts';
import { cancelMail } from './cancel-mail.ts';
import { editMail } from './edit-mail.ts';
import { takeBack } from './take-back.ts';
import { createNote } from './create-note.ts';
import { createTemplate } from './create-template.ts';
import { retryTimer } from './retry-timer.ts';
import { pauseRun } from './pause-run.ts';
import { resumeRun } from './resume-run.ts';
import { jumpToStep } from './jump-to-step.ts';
import { runAgain } from './run-again.ts';
import { settleIntent } from './settle-intent.ts';
import { makeApiKey } from './make-api-key.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { previewRetry } from './preview-retry.ts';
import { previewMigration } from './preview-migration.ts';
import { migrateRuns } from './migrate-runs.ts';
import { cancelMigration } from './cancel-migration.ts';
import { rollBackMigration } from './roll-back-migration.ts';
import { deleteCustomer } from './delete-customer.ts';
import { restoreCustomer } from './restore-customer.ts';
import { answerQuestion } from './answer-question.ts';
import type { Command } from './command.ts';

export const commands = {
	'activate-playbook': activatePlaybook,
	'change-role': changeRole,
	'change-workspace': changeWorkspace,
	'complete-task': completeTask,
	'count-matching': countMatching,
	'create-customer': createCustomer,
	'create-playbook': createPlaybook,
	'create-task': createTask,
	'deactivate-playbook': deactivatePlaybook,
	'invite-person': invitePerson,
	'log-interaction': logInteraction,
	'pause-playbook': pausePlaybook,
	'publish-playbook': publishPlaybook,
	'remove-field': removeField,
	'remove-person': removePerson,
	'remove-stage': removeStage,
	'remove-tag': removeTag,
	'remove-team': removeTeam,
	'restore-version': restoreVersion,
	'retry-step': retryStep,
	'save-field': saveField,
	'save-stage': saveStage,
	'save-tag': saveTag,
	'save-team': saveTeam,
	'skip-step': skipStep,
	'start-run': startRun,
	'stop-run': stopRun,
	'follow-customer': followCustomer,
	'unfollow-customer': unfollowCustomer,
	'save-view': saveView,
	'remove-view': removeView,
	'edit-customers': editCustomers,
	'take-back': takeBack,
	'create-note': createNote,
	'create-template': createTemplate,
	'approve-mail': approveMail,
	'cancel-mail': cancelMail,
	'edit-mail': editMail,
	'retry-timer': retryTimer,
	'pause-run': pauseRun,
	'resume-run': resumeRun,
	'jump-to-step': jumpToStep,
	'run-again': runAgain,
	'settle-intent': settleIntent,
	'preview-retry': previewRetry,
	'make-api-key': makeApiKey,
	'revoke-api-key': revokeApiKey,
	'preview-migration': previewMigration,
	'migrate-runs': migrateRuns,
	'cancel-migration': cancelMigration,
	'roll-back-migration': rollBackMigration,
	'delete-customer': deleteCustomer,
	'restore-customer': restoreCustomer,
	'answer-question': answerQuestion,
} as const satisfies Record<string, Command>;
export type CommandType = keyof typeof commands;
