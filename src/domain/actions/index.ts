/** Every action, by type, in the order the step picker shows them. A new action: one file, one line here. */
import type { Action } from './action.ts';
import { askQuestion } from './ask-question.ts';
import { callWebhook } from './call-webhook.ts';
import { changeContactTag } from './change-contact-tag.ts';
import { changeCustomer } from './change-customer.ts';
import { createTask } from './create-task.ts';
import { runPlaybook } from './run-playbook.ts';
import { sendEmail } from './send-email.ts';
import { sendEmailAfterValidation } from './send-email-after-validation.ts';
import { sendInternalEmail } from './send-internal-email.ts';

export const actions: Readonly<Record<string, Action>> = {
	'change-customer': changeCustomer,
	'change-contact-tag': changeContactTag,
	'create-task': createTask,
	'ask-question': askQuestion,
	'send-email': sendEmail,
	'send-email-after-validation': sendEmailAfterValidation,
	'send-internal-email': sendInternalEmail,
	'call-webhook': callWebhook,
	'run-playbook': runPlaybook,
};
