/** Reads a room token (S6): who may open which room, as what. The room checks it itself; it trusts nothing from the edge (S8). */
import { jwtVerify } from 'jose';
import { maxLength, nullish, number, object, picklist, pipe, safeParse, string } from 'valibot';
import { roles, type Role } from '#domain/access/roles.ts';

export type Ticket = { userId: string; name: string; colour: string; role: Role; workspace: string; room: string; /** ms UTC */ issuedAt: number };

/** A token lives at most so long, in ms: one issued before a revocation is told by it. */
export const tokenLifeMs = 120_000;

const short = pipe(string(), maxLength(120));
const claims = object({ sub: short, name: short, colour: short, role: picklist(roles), workspace: short, room: short, exp: number(), iat: nullish(number()) });

/** The ticket in a socket's URL when it opens this room, else null: missing, forged, expired, or for another room. */
export async function ticketIn(url: string, room: string, secret: string): Promise<Ticket | null> {
	const token = new URL(url).searchParams.get('token');
	if (!token) return null;
	try {
		const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { algorithms: ['HS256'] });
		const parsed = safeParse(claims, payload);
		if (!parsed.success || parsed.output.room !== room) return null;
		const { sub, exp, iat, ...rest } = parsed.output;
		return { ...rest, userId: sub, issuedAt: iat ? iat * 1000 : exp * 1000 - tokenLifeMs };
	} catch {
		return null;
	}
}
