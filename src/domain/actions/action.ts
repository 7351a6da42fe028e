/**
 * What every action is: a schema (its form is drawn from it), a label, and a pure plan from truth to intents (R10).
 * One file per action, one line in index.ts.
 */
import type { GenericSchema } from 'valibot';
import type { Facts } from '../engine/facts.ts';

/** How a parameter is edited: carried in the schema by `v.metadata({ control: … })`; the form is drawn from it. */
export type Control =
	| 'text'
	| 'long-text'
	| 'rich-text'
	| 'liquid-line'
	| 'number'
	| 'boolean'
	| 'choice'
	| 'customer-field'
	| 'field-value'
	| 'stage'
	| 'owner'
	| 'contact-tag'
	| 'customer-tags'
	| 'assignees'
	| 'business-days'
	| 'recipients'
	| 'addresses'
	| 'sender'
	| 'url'
	| 'headers'
	| 'json'
	| 'playbook';

/** Frozen requests by kind (R11). The performer of that kind does it; see party/performers. */
export type IntentRequest =
	/** Posts edits to a document's room, under the intent's key: applied once. */
	| { kind: 'document-edit'; document: string; edits: { edit: string; args: unknown }[] }
	/** One mail to its recipients. `from` null = the workspace's own address. */
	| { kind: 'mail'; mailKind: 'automatic' | 'internal'; from: { name: string; email: string } | null; replyTo: string | null; to: string[]; cc: string[]; bcc: string[]; subject: string; html: string; text: string; customerId: string }
	| { kind: 'webhook'; method: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE'; url: string; headers: Record<string, string>; body: string | null }
	/** Inserted in the commit batch: truly once. */
	| { kind: 'task'; title: string; description: string; assignees: string[]; teamId: string | null; dueAt: number | null; customerId: string }
	/** Another run, inserted in the commit batch. */
	| { kind: 'run'; playbookId: string; subjectId: string };

export type IntentDraft = { part: number; request: IntentRequest };

/** A refusal a CSM understands; `code` is a message key's last part (run_error_…). */
export type Refusal = { code: string; detail?: Record<string, string> };

export type Plan = { intents: IntentDraft[]; /** The step waits until the task (part 0) is completed. */ isWaiting?: boolean } | { refusal: Refusal };

export type Action<Params = any> = {
	type: string;
	/** lucide icon name, and group in the step picker. */
	icon: string;
	group: 'customer' | 'task' | 'message' | 'outside' | 'flow';
	schema: GenericSchema<any, Params>;
	/** The parameters of a step just inserted. */
	initial: () => Record<string, unknown>;
	plan: (params: Params, facts: Facts, now: number) => Plan;
	/** Where the response of its intents goes as variables for later steps (`run.vars[stepId]`). */
	output?: (responses: unknown[]) => unknown;
};
