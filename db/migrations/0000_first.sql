CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `command` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`args` text NOT NULL,
	`outcome` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `invitation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`status` text NOT NULL,
	`expires_at` integer NOT NULL,
	`inviter_id` text NOT NULL,
	`created_at` integer
);
--> statement-breakpoint
CREATE TABLE `member` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `member_once` ON `member` (`organization_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `member_user` ON `member` (`user_id`);--> statement-breakpoint
CREATE TABLE `person` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`colour` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_once` ON `person` (`workspace`,`id`);--> statement-breakpoint
CREATE INDEX `person_seq` ON `person` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`active_organization_id` text,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `session_token_unique` ON `session` (`token`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);--> statement-breakpoint
CREATE TABLE `verification` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `workspace` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`logo` text,
	`metadata` text,
	`created_at` integer NOT NULL,
	`seq` integer DEFAULT 0 NOT NULL,
	`time_zone` text DEFAULT 'Europe/Paris' NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`working_days` text DEFAULT '[1,2,3,4,5]' NOT NULL,
	`holidays` text DEFAULT '[]' NOT NULL,
	`mail_from` text,
	`resend_key` text,
	`webhook_secret` text,
	`is_paused` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workspace_slug_unique` ON `workspace` (`slug`);--> statement-breakpoint
CREATE TABLE `field` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`options` text,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `field_seq` ON `field` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `import` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`user_id` text NOT NULL,
	`file_name` text NOT NULL,
	`state` text NOT NULL,
	`rows` integer NOT NULL,
	`created` integer DEFAULT 0 NOT NULL,
	`updated` integer DEFAULT 0 NOT NULL,
	`unchanged` integer DEFAULT 0 NOT NULL,
	`errors` text NOT NULL,
	`mapping` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE TABLE `stage` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`colour` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `stage_seq` ON `stage` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `tag` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`name` text NOT NULL,
	`colour` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tag_seq` ON `tag` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `team` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`member_ids` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `team_seq` ON `team` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `agreement` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`mrr` real NOT NULL,
	`start_at` integer,
	`end_at` integer,
	`notice_days` integer NOT NULL,
	`is_tacit` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `agreement_seq` ON `agreement` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `agreement_customer` ON `agreement` (`customer_id`);--> statement-breakpoint
CREATE TABLE `contact` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`title` text,
	`roles` text NOT NULL,
	`tags` text NOT NULL,
	`custom` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `contact_seq` ON `contact` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `contact_customer` ON `contact` (`customer_id`);--> statement-breakpoint
CREATE TABLE `customer` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`domain` text,
	`external_id` text,
	`parent_id` text,
	`stage` text,
	`stage_since` integer,
	`owner` text,
	`tags` text NOT NULL,
	`team` text NOT NULL,
	`custom` text NOT NULL,
	`mrr` real NOT NULL,
	`renewal_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customer_seq` ON `customer` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `customer_stage` ON `customer` (`workspace`,`stage`,`stage_since`);--> statement-breakpoint
CREATE INDEX `customer_external` ON `customer` (`workspace`,`external_id`);--> statement-breakpoint
CREATE TABLE `event` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`customer_id` text,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`cause` text,
	`data` text NOT NULL,
	`drained_at` integer
);
--> statement-breakpoint
CREATE INDEX `event_undrained` ON `event` (`workspace`,`seq`,`id`) WHERE drained_at IS NULL;--> statement-breakpoint
CREATE INDEX `event_subject` ON `event` (`workspace`,`subject_id`,`at`);--> statement-breakpoint
CREATE INDEX `event_customer` ON `event` (`workspace`,`customer_id`,`at`);--> statement-breakpoint
CREATE TABLE `interaction` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`contact_id` text,
	`user_id` text,
	`type` text NOT NULL,
	`direction` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `interaction_seq` ON `interaction` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `interaction_customer` ON `interaction` (`customer_id`,`at`);--> statement-breakpoint
CREATE TABLE `playbook` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`trigger_type` text,
	`draft` text NOT NULL,
	`draft_hash` text NOT NULL,
	`problems` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `playbook_seq` ON `playbook` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `projection` (
	`doc` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`type` text NOT NULL,
	`epoch` integer NOT NULL,
	`position` integer NOT NULL,
	`rows` text NOT NULL,
	`published_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `projection_workspace` ON `projection` (`workspace`);--> statement-breakpoint
CREATE TABLE `usage_week` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`week` text NOT NULL,
	`connections` integer NOT NULL,
	`active_users` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `usage_seq` ON `usage_week` (`workspace`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `usage_once` ON `usage_week` (`customer_id`,`week`);--> statement-breakpoint
CREATE TABLE `activation` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`trigger_type` text NOT NULL,
	`activated_at` integer,
	`activated_by` text
);
--> statement-breakpoint
CREATE INDEX `activation_seq` ON `activation` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `inbox` (
	`workspace` text NOT NULL,
	`event_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace`, `event_id`)
);
--> statement-breakpoint
CREATE TABLE `intent` (
	`key` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`part` integer NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`request` text NOT NULL,
	`response` text,
	`error` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`first_at` integer,
	`settled_at` integer,
	`provider_id` text
);
--> statement-breakpoint
CREATE INDEX `intent_step` ON `intent` (`run_id`,`number`);--> statement-breakpoint
CREATE INDEX `intent_open` ON `intent` (`state`,`first_at`) WHERE state IN ('sending', 'unknown');--> statement-breakpoint
CREATE TABLE `job` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`workspace` text NOT NULL,
	`shard` integer DEFAULT 0 NOT NULL,
	`kind` text NOT NULL,
	`run_id` text,
	`number` integer,
	`playbook_id` text,
	`payload` text,
	`due_at` integer NOT NULL,
	`visible_at` integer NOT NULL,
	`token` text,
	`epoch` integer NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`crashes` integer DEFAULT 0 NOT NULL,
	`quarantined_at` integer
);
--> statement-breakpoint
CREATE INDEX `job_due` ON `job` (`workspace`,`shard`,`visible_at`) WHERE quarantined_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `job_step_once` ON `job` (`run_id`,`number`) WHERE run_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `job_playbook_once` ON `job` (`playbook_id`,`kind`) WHERE playbook_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `job_token` ON `job` (`token`) WHERE token IS NOT NULL;--> statement-breakpoint
CREATE TABLE `mail` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`customer_id` text,
	`run_id` text,
	`from_address` text NOT NULL,
	`to_addresses` text NOT NULL,
	`cc_addresses` text NOT NULL,
	`bcc_addresses` text NOT NULL,
	`subject` text NOT NULL,
	`html` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`provider_id` text,
	`error` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mail_seq` ON `mail` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `mail_customer` ON `mail` (`customer_id`);--> statement-breakpoint
CREATE TABLE `playbook_version` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`playbook_id` text NOT NULL,
	`version` integer NOT NULL,
	`definition` text NOT NULL,
	`hash` text NOT NULL,
	`note` text NOT NULL,
	`author` text NOT NULL,
	`changes` text NOT NULL,
	`published_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `playbook_version_once` ON `playbook_version` (`playbook_id`,`version`);--> statement-breakpoint
CREATE INDEX `playbook_version_seq` ON `playbook_version` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `quota` (
	`workspace` text NOT NULL,
	`bucket` text NOT NULL,
	`window` integer NOT NULL,
	`used` integer NOT NULL,
	`cap` integer NOT NULL,
	PRIMARY KEY(`workspace`, `bucket`, `window`)
);
--> statement-breakpoint
CREATE TABLE `run` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`playbook_id` text NOT NULL,
	`version` integer NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`dedup_key` text NOT NULL,
	`state` text NOT NULL,
	`has_errors` integer DEFAULT false NOT NULL,
	`epoch` integer DEFAULT 1 NOT NULL,
	`root_run_id` text NOT NULL,
	`parent_run_id` text,
	`depth` integer NOT NULL,
	`lineage` text NOT NULL,
	`cause` text NOT NULL,
	`vars` text NOT NULL,
	`next_step_id` text,
	`next_due_at` integer,
	`started_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `run_dedup` ON `run` (`workspace`,`playbook_id`,`dedup_key`);--> statement-breakpoint
CREATE INDEX `run_seq` ON `run` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `run_subject` ON `run` (`workspace`,`subject_id`);--> statement-breakpoint
CREATE INDEX `run_playbook` ON `run` (`playbook_id`,`started_at`);--> statement-breakpoint
CREATE TABLE `run_event` (
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`workspace` text NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `n`)
);
--> statement-breakpoint
CREATE TABLE `step` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`step_id` text NOT NULL,
	`state` text NOT NULL,
	`due_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`input` text,
	`output` text,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `step_once` ON `step` (`run_id`,`number`);--> statement-breakpoint
CREATE INDEX `step_seq` ON `step` (`workspace`,`seq`);--> statement-breakpoint
CREATE TABLE `task` (
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted_at` integer,
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text,
	`run_id` text,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`assignees` text NOT NULL,
	`team_id` text,
	`due_at` integer,
	`state` text NOT NULL,
	`completed_by` text,
	`completed_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `task_seq` ON `task` (`workspace`,`seq`);--> statement-breakpoint
CREATE INDEX `task_run` ON `task` (`run_id`);--> statement-breakpoint
CREATE TABLE `wait_token` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace` text NOT NULL,
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`epoch` integer NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`consumed_at` integer
);
--> statement-breakpoint
CREATE INDEX `wait_token_ref` ON `wait_token` (`kind`,`ref`);