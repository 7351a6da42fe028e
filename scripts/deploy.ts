/** `npm run deploy`: builds the app, brings the database to this version, and deploys rooms and app to Cloudflare (docs/deploy.md). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { applyMigrations } from '../db/migrate.ts';
import { buildApp } from './build.ts';
import { root } from './settings.ts';

const isDryRun = process.argv.includes('--dry-run');
const needed = {
	LIBSQL_URL: 'the address of the libSQL database (Turso or sqld)',
	LIBSQL_AUTH_TOKEN: 'its auth token',
	APP_URL: 'the address people open the app at',
	ROOMS_URL: 'the address of the rooms (https://cuebook-rooms.….workers.dev or your own)',
};
const missing = Object.entries(needed).filter(([name]) => !process.env[name]);
if (missing.length > 0 && !isDryRun) {
	console.error(`Set these before deploying (docs/deploy.md):\n${missing.map(([name, is]) => `  ${name}: ${is}`).join('\n')}`);
	process.exit(1);
}

const wrangler = (config: string, variables: string[]) => {
	const vars = variables.flatMap((name) => (process.env[name] ? ['--var', `${name}:${process.env[name]}`] : []));
	const command = [join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js'), 'deploy', '--config', config, ...vars, ...(isDryRun ? ['--dry-run'] : [])];
	const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } });
	if (status !== 0) {
		console.error(`Deploying ${config} failed; see above. What was done before it stays done, and npm run deploy can be run again.`);
		process.exit(status ?? 1);
	}
};

console.log('Building the app …');
await buildApp();
if (!isDryRun) {
	console.log('Bringing the database to this version …');
	await applyMigrations({ url: process.env['LIBSQL_URL'] as string, authToken: process.env['LIBSQL_AUTH_TOKEN'] });
}
// The rooms first: an app of this version may ask them for something new.
wrangler('wrangler.rooms.jsonc', ['LIBSQL_URL', 'ROOMS_URL', 'RESEND_URL', 'VAPID_PUBLIC_KEY', 'VAPID_SUBJECT']);
wrangler('wrangler.jsonc', ['LIBSQL_URL', 'ROOMS_URL', 'PUBLIC_ROOMS_URL', 'APP_URL', 'RESEND_URL', 'VAPID_PUBLIC_KEY']);
console.log(isDryRun ? 'Both could be deployed.' : 'Deployed. Secrets are set once, by wrangler secret put (docs/deploy.md).');
