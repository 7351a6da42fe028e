CREATE TABLE `api_key` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE INDEX `api_key_seq` ON `api_key` (`workspace`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_key_hash` ON `api_key` (`hash`);--> statement-breakpoint
CREATE TABLE `conflict` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`field` text NOT NULL,
	`choices` text NOT NULL,
	`state` text NOT NULL,
	`opened_at` integer NOT NULL,
	`settled_by` text,
	`settled_at` integer,
	`chosen` text
);
--> statement-breakpoint
CREATE INDEX `conflict_seq` ON `conflict` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `conflict_subject` ON `conflict` (`subject_id`,`field`);--> statement-breakpoint
CREATE INDEX `conflict_customer` ON `conflict` (`customer_id`);--> statement-breakpoint
CREATE INDEX `conflict_open` ON `conflict` (`workspace`,`opened_at`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `note` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`excerpt` text NOT NULL,
	`author` text,
	`is_pinned` integer NOT NULL,
	`is_removed` integer NOT NULL,
	`task_count` integer NOT NULL,
	`done_count` integer NOT NULL,
	`mentions` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `note_seq` ON `note` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `note_customer` ON `note` (`customer_id`);--> statement-breakpoint
CREATE TABLE `template` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`html` text NOT NULL,
	`is_removed` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `template_seq` ON `template` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `entry_refusal` (
	`workspace` text NOT NULL,
	`playbook_id` text NOT NULL,
	`subject_id` text NOT NULL,
	`code` text NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`times` integer DEFAULT 1 NOT NULL,
	`cause` text NOT NULL,
	`filters` text NOT NULL,
	`parent` text,
	`parent_run_id` text,
	PRIMARY KEY(`playbook_id`, `subject_id`, `code`)
);
--> statement-breakpoint
CREATE INDEX `entry_refusal_parent` ON `entry_refusal` (`parent_run_id`) WHERE parent_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `entry_refusal_limit` ON `entry_refusal` (`workspace`,`at`) WHERE code IN ('lineage', 'depth', 'burst');--> statement-breakpoint
CREATE TABLE `callback` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`mail_id` text NOT NULL,
	`delivery` text NOT NULL,
	`reason` text,
	`at` integer NOT NULL,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `callback_mail` ON `callback` (`mail_id`);--> statement-breakpoint
CREATE TABLE `draft` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`customer_id` text NOT NULL,
	`assignees` text NOT NULL,
	`team_id` text,
	`from_address` text NOT NULL,
	`reply_to` text,
	`to_addresses` text NOT NULL,
	`cc_addresses` text NOT NULL,
	`bcc_addresses` text NOT NULL,
	`subject` text NOT NULL,
	`html` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `draft_seq` ON `draft` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `draft_run` ON `draft` (`run_id`);--> statement-breakpoint
CREATE TABLE `follow` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`customer_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `follow_seq` ON `follow` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `view` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`is_shared` integer NOT NULL,
	`was_shared` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`definition` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `view_seq` ON `view` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `push` (
	`subscription_id` text NOT NULL,
	`ref` text NOT NULL,
	`workspace` text NOT NULL,
	`topic` text NOT NULL,
	`subject_id` text NOT NULL,
	`state` text NOT NULL,
	`visible_at` integer NOT NULL,
	`token` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	PRIMARY KEY(`subscription_id`, `ref`)
);
--> statement-breakpoint
CREATE INDEX `push_due` ON `push` (`workspace`,`state`,`visible_at`);--> statement-breakpoint
CREATE TABLE `push_mark` (
	`workspace` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `push_subscription` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`user_id` text NOT NULL,
	`session_id` text NOT NULL,
	`endpoint` text NOT NULL,
	`p256dh` text NOT NULL,
	`auth` text NOT NULL,
	`topics` text NOT NULL,
	`language` text NOT NULL,
	`label` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_ok_at` integer,
	`failed_since` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `push_subscription_endpoint_unique` ON `push_subscription` (`endpoint`);--> statement-breakpoint
CREATE INDEX `push_subscription_user` ON `push_subscription` (`workspace`,`user_id`);--> statement-breakpoint
CREATE TABLE `incident` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`detail` text NOT NULL,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	`told` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `incident_seq` ON `incident` (`workspace`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `incident_once` ON `incident` (`workspace`,`kind`,`ref`) WHERE closed_at IS NULL;--> statement-breakpoint
CREATE INDEX `incident_untold` ON `incident` (`workspace`) WHERE told < 2;--> statement-breakpoint
CREATE TABLE `lateness_minute` (
	`workspace` text NOT NULL,
	`minute` integer NOT NULL,
	`bucket` integer NOT NULL,
	`count` integer NOT NULL,
	`worst` integer NOT NULL,
	PRIMARY KEY(`workspace`, `minute`, `bucket`)
);
--> statement-breakpoint
CREATE TABLE `run_archive` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`content` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `migrated_run` (
	`migration_id` text NOT NULL,
	`run_id` text NOT NULL,
	`outcome` text NOT NULL,
	`code` text,
	`undo` text,
	`back` text,
	PRIMARY KEY(`migration_id`, `run_id`)
);
--> statement-breakpoint
CREATE TABLE `migration` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`playbook_id` text NOT NULL,
	`version` integer NOT NULL,
	`map` text NOT NULL,
	`by` text NOT NULL,
	`name` text,
	`reason` text NOT NULL,
	`state` text NOT NULL,
	`total` integer NOT NULL,
	`kept` integer DEFAULT 0 NOT NULL,
	`moved` integer DEFAULT 0 NOT NULL,
	`ended` integer DEFAULT 0 NOT NULL,
	`stayed` integer DEFAULT 0 NOT NULL,
	`undone_by` text,
	`returned` integer DEFAULT 0 NOT NULL,
	`not_returned` integer DEFAULT 0 NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `migration_seq` ON `migration` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `deletion` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`erases_at` integer NOT NULL,
	`erased_at` integer
);
--> statement-breakpoint
CREATE INDEX `deletion_seq` ON `deletion` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `deletion_due` ON `deletion` (`workspace`,`erases_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
DROP INDEX `job_playbook_once`;--> statement-breakpoint
CREATE INDEX `job_quarantined` ON `job` (`workspace`) WHERE quarantined_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `job_playbook_once` ON `job` (`playbook_id`,`kind`) WHERE playbook_id IS NOT NULL AND json_extract(payload, '$.only') IS NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `alert_url` text;--> statement-breakpoint
ALTER TABLE `workspace` ADD `resend_webhook_secret` text;--> statement-breakpoint
ALTER TABLE `workspace` ADD `conflict_hours` integer DEFAULT 24 NOT NULL;--> statement-breakpoint
ALTER TABLE `workspace` ADD `mails_a_day` integer;--> statement-breakpoint
ALTER TABLE `contact` ADD `merged_from` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `mail` ADD `delivery` text;--> statement-breakpoint
ALTER TABLE `mail` ADD `delivery_at` integer;--> statement-breakpoint
CREATE INDEX `mail_provider` ON `mail` (`provider_id`) WHERE provider_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `run` ADD `paused_at` integer;--> statement-breakpoint
CREATE INDEX `run_put_away` ON `run` (`workspace`,`started_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `run_ended` ON `run` (`workspace`,`ended_at`) WHERE ended_at IS NOT NULL AND deleted_at IS NULL;--> statement-breakpoint
ALTER TABLE `task` ADD `doc` text;--> statement-breakpoint
ALTER TABLE `task` ADD `item` text;--> statement-breakpoint
ALTER TABLE `task` ADD `question` text;--> statement-breakpoint
ALTER TABLE `task` ADD `answer` text;--> statement-breakpoint
CREATE INDEX `wait_token_run` ON `wait_token` (`run_id`);