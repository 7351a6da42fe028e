/**
 * What is to be pushed, and to which devices. Rows come from a sweep over the workspace's seq: whatever committed since the mark is
 * looked through once, in the batch that moves the mark, so nothing is lost between a change and its push, and nothing is announced twice.
 */
import type { Row } from '@libsql/client';
import type { PushTopic } from '#domain/push.ts';
import type { Database } from './client.ts';
import { commit, statement, type Statement } from './statement.ts';

/** How old a thing may be to be news, and how long rows are kept that say it was told, in ms. */
const newsMs = 30 * 86_400_000;
const keepMs = 60 * 86_400_000;
/** How long a claim holds, in ms. */
export const pushLeaseMs = 60_000;

/** A task or a draft is somebody's when they are named or in its team; one that names nobody is its customer's owner's. For tasks or drafts `t` and a user. */
const isActionOf = (user: string) => `(EXISTS (SELECT 1 FROM json_each(t.assignees) a WHERE a.value = ${user})
	OR (t.team_id IS NOT NULL AND EXISTS (SELECT 1 FROM team g, json_each(g.member_ids) x WHERE g.id = t.team_id AND x.value = ${user}))
	OR (t.team_id IS NULL AND json_array_length(t.assignees) = 0 AND EXISTS (SELECT 1 FROM customer c WHERE c.id = t.customer_id AND c.owner = ${user})))`;

type Source = {
	/** SQL after `FROM push_subscription s`: joins the things `id` that changed after `:mark` and are news for `s.user_id`. */
	found: string;
	id: string;
	/** SQL that reads one thing `:subject` for `:user` as it is now: title, about, open. No row: it is no news any more. */
	now: string;
};

/** Every topic and where its news are. A topic is one entry here and one in src/domain/push.ts. */
const sources: Record<PushTopic, Source> = {
	task: {
		found: `JOIN task t ON t.workspace = s.workspace AND t.seq > (SELECT seq FROM push_mark WHERE workspace = :workspace)
			WHERE t.state = 'open' AND t.deleted_at IS NULL AND t.created_at >= MAX(s.created_at, :now - ${newsMs}) AND ${isActionOf('s.user_id')}
				AND NOT EXISTS (SELECT 1 FROM event e WHERE e.workspace = t.workspace AND e.subject_id = t.id AND e.type = 'task.created' AND json_extract(e.actor, '$.id') = s.user_id)`,
		id: 't.id',
		now: `SELECT t.title AS title, COALESCE((SELECT c.name FROM customer c WHERE c.id = t.customer_id), '') AS about, '/actions' AS open, t.question IS NOT NULL AS is_question
			FROM task t WHERE t.id = :subject AND t.workspace = :workspace AND t.state = 'open' AND t.deleted_at IS NULL AND ${isActionOf(':user')}`,
	},
	mail: {
		found: `JOIN draft t ON t.workspace = s.workspace AND t.seq > (SELECT seq FROM push_mark WHERE workspace = :workspace)
			WHERE t.state = 'waiting' AND t.deleted_at IS NULL AND t.created_at >= MAX(s.created_at, :now - ${newsMs}) AND ${isActionOf('s.user_id')}`,
		id: 't.id',
		now: `SELECT t.subject AS title, COALESCE((SELECT c.name FROM customer c WHERE c.id = t.customer_id), '') AS about, '/actions' AS open
			FROM draft t WHERE t.id = :subject AND t.workspace = :workspace AND t.state = 'waiting' AND t.deleted_at IS NULL AND ${isActionOf(':user')}`,
	},
	// A note holds whom it mentions until they have read it: who is mentioned again after that is told again (gatherNews).
	mention: {
		found: `JOIN note t ON t.workspace = s.workspace AND t.seq > (SELECT seq FROM push_mark WHERE workspace = :workspace)
			WHERE t.deleted_at IS NULL AND t.is_removed = 0 AND t.updated_at >= MAX(s.created_at, :now - ${newsMs}) AND EXISTS (SELECT 1 FROM json_each(t.mentions) a WHERE a.value = s.user_id)`,
		id: 't.id',
		now: `SELECT COALESCE(NULLIF(t.title, ''), t.excerpt) AS title, COALESCE((SELECT c.name FROM customer c WHERE c.id = t.customer_id), '') AS about, '/customers/' || t.customer_id || '/documents/' || t.id AS open
			FROM note t WHERE t.id = :subject AND t.workspace = :workspace AND t.deleted_at IS NULL AND t.is_removed = 0 AND EXISTS (SELECT 1 FROM json_each(t.mentions) a WHERE a.value = :user)`,
	},
};

/** Whether a subscription's session and membership are still there (S6): signing out and being removed end it, whatever the device did. */
const isLive = `EXISTS (SELECT 1 FROM session x WHERE x.id = push_subscription.session_id AND x.user_id = push_subscription.user_id AND x.expires_at > :now)
	AND EXISTS (SELECT 1 FROM member y WHERE y.organization_id = push_subscription.workspace AND y.user_id = push_subscription.user_id)`;

/** Whether the sweep has anything to do. */
export const isNewsDue = async (database: Database, workspace: string, now: number): Promise<boolean> => {
	const result = await database.$client.execute(
		statement(
			`SELECT EXISTS (SELECT 1 FROM push_subscription WHERE workspace = :workspace) AND (
				COALESCE((SELECT seq FROM push_mark WHERE workspace = :workspace), -1) < (SELECT seq FROM workspace WHERE id = :workspace)
				OR EXISTS (SELECT 1 FROM push_subscription WHERE workspace = :workspace AND NOT (${isLive}))) AS is_due`,
			{ workspace, now },
		),
	);
	return result.rows[0]?.is_due === 1;
};

/** The sweep, as one batch: ends what isn't live any more, notes what is new since the mark, moves the mark. */
export const gatherNews = (workspace: string, now: number): Statement[] => [
	statement(`INSERT INTO push_mark (workspace, seq) VALUES (:workspace, 0) ON CONFLICT DO NOTHING`, { workspace }),
	statement(`DELETE FROM push_subscription WHERE workspace = :workspace AND NOT (${isLive})`, { workspace, now }),
	statement(`DELETE FROM push WHERE workspace = :workspace AND (settled_at < :now - ${keepMs} OR NOT EXISTS (SELECT 1 FROM push_subscription s WHERE s.id = push.subscription_id))`, { workspace, now }),
	statement(
		`DELETE FROM push WHERE workspace = :workspace AND topic = 'mention' AND state <> 'waiting' AND NOT EXISTS (
			SELECT 1 FROM note t, json_each(t.mentions) a, push_subscription s WHERE t.id = push.subject_id AND s.id = push.subscription_id AND a.value = s.user_id)`,
		{ workspace },
	),
	...Object.entries(sources).map(([topic, { found, id }]) =>
		statement(
			`INSERT INTO push (subscription_id, ref, workspace, topic, subject_id, state, visible_at, created_at)
			 SELECT s.id, :topic || ':' || ${id}, s.workspace, :topic, ${id}, 'waiting', :now, :now FROM push_subscription s ${found}
				AND s.workspace = :workspace AND EXISTS (SELECT 1 FROM json_each(s.topics) z WHERE z.value = :topic)
			 ON CONFLICT DO NOTHING`,
			{ workspace, topic, now },
		),
	),
	statement('UPDATE push_mark SET seq = (SELECT seq FROM workspace WHERE id = :workspace) WHERE workspace = :workspace', { workspace }),
];

/** Puts one message beside the sweep: a test that a person asked for. */
export const notePush = (made: { workspace: string; subscriptionId: string; ref: string; now: number }): Statement =>
	statement(
		`INSERT INTO push (subscription_id, ref, workspace, topic, subject_id, state, visible_at, created_at) VALUES (:subscriptionId, :ref, :workspace, 'test', :ref, 'waiting', :now, :now) ON CONFLICT DO NOTHING`,
		made,
	);

/** A push that this worker holds until its lease ends, with the device it is for. */
export type HeldPush = {
	subscriptionId: string;
	ref: string;
	topic: PushTopic | 'test';
	subjectId: string;
	attempts: number;
	createdAt: number;
	token: string;
	userId: string;
	endpoint: string;
	p256dh: string;
	auth: string;
	language: string;
};

/** Claims due pushes of live devices, at most `limit`. One whose worker died comes back when its lease ends. */
export const claimPushes = async (database: Database, claim: { workspace: string; token: string; now: number; limit: number }): Promise<HeldPush[]> => {
	const [, found] = await commit(database, [
		statement(
			`UPDATE push SET token = :token, attempts = attempts + 1, visible_at = :now + ${pushLeaseMs} WHERE rowid IN (
				SELECT p.rowid FROM push p JOIN push_subscription ON push_subscription.id = p.subscription_id
				WHERE p.workspace = :workspace AND p.state = 'waiting' AND p.visible_at <= :now AND ${isLive} ORDER BY p.visible_at LIMIT :limit)`,
			claim,
		),
		statement(
			`SELECT p.subscription_id, p.ref, p.topic, p.subject_id, p.attempts, p.created_at, p.token, s.user_id, s.endpoint, s.p256dh, s.auth, s.language
			 FROM push p JOIN push_subscription s ON s.id = p.subscription_id WHERE p.workspace = :workspace AND p.state = 'waiting' AND p.token = :token`,
			{ workspace: claim.workspace, token: claim.token },
		),
	]);
	return found!.rows.map(heldOf);
};

const heldOf = (row: Row): HeldPush => ({
	subscriptionId: row.subscription_id as string,
	ref: row.ref as string,
	topic: row.topic as HeldPush['topic'],
	subjectId: row.subject_id as string,
	attempts: row.attempts as number,
	createdAt: row.created_at as number,
	token: row.token as string,
	userId: row.user_id as string,
	endpoint: row.endpoint as string,
	p256dh: row.p256dh as string,
	auth: row.auth as string,
	language: row.language as string,
});

/** What a push is about, as it is now, with how many tasks and mails wait for the person; null when it is no news any more. */
export const readNews = async (database: Database, workspace: string, held: HeldPush): Promise<{ title: string; about: string; open: string; waiting: number; isQuestion: boolean } | null> => {
	const about = { workspace, user: held.userId };
	const [found, count] = await database.$client.batch(
		[
			held.topic === 'test' ? statement(`SELECT '' AS title, '' AS about, '/settings/device' AS open`) : statement(sources[held.topic].now, { ...about, subject: held.subjectId }),
			statement(
				`SELECT (SELECT COUNT(*) FROM task t WHERE t.workspace = :workspace AND t.state = 'open' AND t.deleted_at IS NULL AND ${isActionOf(':user')})
					+ (SELECT COUNT(*) FROM draft t WHERE t.workspace = :workspace AND t.state = 'waiting' AND t.deleted_at IS NULL AND ${isActionOf(':user')}) AS n`,
				about,
			),
		],
		'read',
	);
	const row = found!.rows[0];
	return row ? { title: row.title as string, about: row.about as string, open: row.open as string, waiting: count!.rows[0]!.n as number, isQuestion: row.is_question === 1 } : null;
};

/** A push's last word. `sent` also says that the device is well; `failed` since when it isn't. */
export const settlePush = ({ subscriptionId, ref, token }: HeldPush, state: 'sent' | 'dropped' | 'failed', now: number, error: string | null = null): Statement[] => [
	statement('UPDATE push SET state = :state, token = NULL, error = :error, settled_at = :now WHERE subscription_id = :subscriptionId AND ref = :ref AND token = :token', { subscriptionId, ref, token, state, error, now }),
	...(state === 'sent' ? [statement('UPDATE push_subscription SET last_ok_at = :now, failed_since = NULL WHERE id = :subscriptionId', { subscriptionId, now })] : []),
	...(state === 'failed' ? [statement('UPDATE push_subscription SET failed_since = COALESCE(failed_since, :now) WHERE id = :subscriptionId', { subscriptionId, now })] : []),
];

/** Gives a push back until `at`. */
export const postponePush = ({ subscriptionId, ref, token }: HeldPush, at: number, isAttempt: boolean, error: string | null): Statement =>
	statement('UPDATE push SET token = NULL, visible_at = :at, attempts = attempts - :back, error = :error WHERE subscription_id = :subscriptionId AND ref = :ref AND token = :token', {
		...{ subscriptionId, ref, token, at, error },
		back: isAttempt ? 0 : 1,
	});

/** Ends a subscription, with what was to be sent to it. */
export const dropSubscription = (id: string): Statement[] => [
	statement('DELETE FROM push_subscription WHERE id = :id', { id }),
	statement('DELETE FROM push WHERE subscription_id = :id', { id }),
];

/** When the next push to a live device is due, ms UTC; null when none waits. */
export const nextPushAt = async (database: Database, workspace: string, now: number): Promise<number | null> => {
	const result = await database.$client.execute(
		statement(
			`SELECT MIN(p.visible_at) AS at FROM push p JOIN push_subscription ON push_subscription.id = p.subscription_id WHERE p.workspace = :workspace AND p.state = 'waiting' AND ${isLive}`,
			{ workspace, now },
		),
	);
	return (result.rows[0]?.at as number | null | undefined) ?? null;
};
