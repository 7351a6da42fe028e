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
CREATE INDEX `view_seq` ON `view` (`workspace`,`seq`);