import { orderMove } from '$lib/server/migrations.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = (event) => orderMove(event);
