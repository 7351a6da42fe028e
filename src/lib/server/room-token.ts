/** Room tokens (S6): a JWT that opens one room for one person for two minutes. */
import { SignJWT } from 'jose';
import type { Role } from '#domain/access/roles.ts';

export type TokenClaims = { userId: string; name: string; colour: string; role: Role; workspace: string; room: string };

/** How long a token opens its room, in seconds; the socket it opened lives on until it is revoked. */
const tokenLifeSeconds = 120;

/** Signs a token (HS256 over ROOMS_SECRET). `now` in ms. */
export const roomToken = ({ userId, ...claims }: TokenClaims, secret: string, now: number): Promise<string> =>
	new SignJWT(claims)
		.setProtectedHeader({ alg: 'HS256' })
		.setSubject(userId)
		.setExpirationTime(Math.floor(now / 1000) + tokenLifeSeconds)
		.sign(new TextEncoder().encode(secret));
