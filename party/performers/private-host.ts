/** Addresses inside somebody's own network: what a customer-written webhook must not reach from our servers. */

/** Whether a URL's hostname names this machine or a private network (RFC 1918, 4193, 6598; link-local; loopback). */
export const isPrivateHost = (hostname: string): boolean => {
	const host = hostname.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
	if (host === 'localhost' || /\.(localhost|local|internal|home\.arpa)$/.test(host)) return true;
	const embedded = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
	if (embedded) return isPrivateFour([1, 2].flatMap((i) => [parseInt(embedded[i]!, 16) >> 8, parseInt(embedded[i]!, 16) & 255]));
	if (host.includes(':')) return host === '::' || host === '::1' || /^f[cd]/.test(host) || /^fe[89ab]/.test(host);
	const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
	return four !== null && isPrivateFour(four.slice(1).map(Number));
};

const isPrivateFour = ([a = 0, b = 0]: number[]): boolean =>
	a === 0 || a === 10 || a === 127 || (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || a >= 224;

/** Allowed by a setting; without it only on a machine of one's own, where the rooms themselves answer on loopback. */
export const mayCallPrivate = ({ ALLOW_PRIVATE_WEBHOOKS, ROOMS_URL }: { ALLOW_PRIVATE_WEBHOOKS?: string | undefined; ROOMS_URL: string }): boolean =>
	ALLOW_PRIVATE_WEBHOOKS === undefined ? isPrivateHost(new URL(ROOMS_URL).hostname) : ALLOW_PRIVATE_WEBHOOKS === 'true';
