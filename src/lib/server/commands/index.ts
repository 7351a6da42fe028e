/** Who decides which command: an explicit map over the domain's. */
import type { CommandType } from '#domain/commands/index.ts';
import { activatePlaybook, countMatching, deactivatePlaybook, pausePlaybook } from './activation.ts';
import type { Handler } from './decision.ts';
import { createCustomer, createPlaybook } from './documents.ts';
import { createNote, createTemplate } from './notes.ts';
import { changeRole, invitePerson, removePerson } from './members.ts';
import { publishPlaybook, restoreVersion } from './playbooks.ts';
import { jumpToStep, pauseRun, previewRetry, resumeRun, retryStep, runAgain, skipStep, startRun, stopRun } from './runs.ts';
import { changeWorkspace, removeField, removeStage, removeTag, removeTeam, saveField, saveStage, saveTag, saveTeam } from './settings.ts';
import { answerQuestion, completeTask, createTask, logInteraction } from './work.ts';
import { editCustomers } from './bulk.ts';
import { followCustomer, removeView, saveView, unfollowCustomer } from './portfolio.ts';
import { approveMail, cancelMail, editMail } from './drafts.ts';
import { makeApiKey, revokeApiKey } from './api-keys.ts';
import { takeBack } from './take-back.ts';
import { retryTimer } from './operations.ts';
import { settleIntent } from './settle.ts';
import { cancelMigration, migrateRuns, previewMigration, rollBackMigration } from './migration.ts';
import { deleteCustomer, restoreCustomer } from './deletion.ts';

export const handlers: Record<CommandType, Handler> = {
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
};
