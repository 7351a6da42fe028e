/**
 * What every action is: a schema (its form is drawn from it), a label, and a pure plan from truth to intents (R10).
 * One file per action, one line in index.ts.
 */
import type { GenericSchema } from 'valibot';
import type { Facts } from '../engine/facts.ts';
import type { Question } from '../question.ts';

/**
 * How a parameter is edited: carried in the schema by `v.metadata({ control, label })` (label = message key); the form is
 * drawn from it. The value it edits is a text unless said here:
 * number, business-days: number · boolean: boolean · choice: one of the picklist's options ·
 * customer-field: a field id (`stage`, `owner`, `f_…`) · value-of-field: a value of the type of the sibling param `field`, null = any ·
 * field-value: `{ field, value }[]` · stage, owner, playbook: an id · customer-tags, contact-tag: tag ids (`string[]`) ·
 * assignees: `{ kind: 'owner' } | { kind: 'users', ids } | { kind: 'field', field } | { kind: 'team', team }` ·
 * recipients: `('all' | 'triggering' | role)[]` · addresses: mail addresses (`string[]`) ·
 * sender: `{ kind: 'owner' } | { kind: 'user', id } | { kind: 'field', field }` · headers: `{ name, value }[]` (values Liquid) · json: Liquid text that gives JSON, '' = no body ·
 * url, liquid-line, long-text, rich-text: Liquid · date-time: `YYYY-MM-DDTHH:MM` · time: `HH:MM` · weekdays: ISO weekdays (`number[]`).
 */
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
	| 'playbook'
	| 'value-of-field'
	| 'date-time'
	| 'time'
	| 'weekdays';

/** Frozen requests by kind (R11). The performer of that kind does it; see party/performers. */
export type IntentRequest =
	/** Posts edits to a document's room, under the intent's key: applied once. */
	| { kind: 'document-edit'; document: string; edits: { edit: string; args: unknown }[] }
	/** One mail to its recipients. `from` null = the workspace's own address. */
	| { kind: 'mail'; mailKind: 'automatic' | 'internal' | 'validated'; from: { name: string; email: string } | null; replyTo: string | null; to: string[]; cc: string[]; bcc: string[]; subject: string; html: string; text: string; customerId: string; /** It carries its key to the provider, whose callbacks bring it back. */ isTagged?: true }
	| { kind: 'webhook'; method: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE'; url: string; headers: Record<string, string>; body: string | null }
	/** Inserted in the commit batch: truly once. */
	| {
			kind: 'task'; title: string; description: string; assignees: string[]; teamId: string | null; dueAt: number | null; customerId: string;
			/** Its run waits until it is done, and takes it back when it won't any more. */
			isAwaited?: true;
			/** It is done by answering this. */
			question?: Question;
			/** When the run goes on without an answer, ms; none = it waits for one. */
			until?: number;
	  }
	/** Another run, inserted in the commit batch. */
	| { kind: 'run'; playbookId: string; subjectId: string };

/** `review`: it waits for the word of one of these people (AC7), and the step with it. */
export type IntentDraft = { part: number; request: IntentRequest; review?: { assignees: string[]; teamId: string | null } };

/** A refusal a CSM understands; `code` is a message key's last part (run_error_…). */
export type Refusal = { code: string; detail?: Record<string, string> };

export type Plan = { intents: IntentDraft[]; /** The step waits until the task (part 0) is completed, or the run (part 0) ended. */ isWaiting?: boolean; /** What a person should see of it besides the intents, e.g. contacts left out. */ notes?: Record<string, unknown> } | { refusal: Refusal };

/** Something of the workspace that parameters name: checked at publish (PB3). A `value` is one of those that its `field` (a path) offers, if it offers any. */
export type Reference = { kind: 'stage' | 'customer-field' | 'user-field' | 'customer-tag' | 'contact-tag' | 'user' | 'team' | 'playbook' | 'value'; id: string; param: string; field?: string };

export type Action<Params = any> = {
	type: string;
	/** lucide icon name, and group in the step picker. */
	icon: string;
	group: 'customer' | 'task' | 'message' | 'outside' | 'flow';
	schema: GenericSchema<any, Params>;
	/** The parameters of a step just inserted. */
	initial: () => Record<string, unknown>;
	plan: (params: Params, facts: Facts, now: number) => Plan;
	/** Its step always waits for a person. */
	awaitsPerson?: boolean;
	/** Where the response of its intents goes as variables for later steps (`run.vars[stepId]`). */
	output?: (responses: unknown[]) => unknown;
	/** What of the workspace the parameters name. */
	references?: (params: Params) => Reference[];
	/** The parameters that are Liquid, with what their values must be safe in: publishing checks them. */
	templates?: (params: Params) => { param: string; text: string; escape: 'none' | 'html' | 'json' | 'url' }[];
};
