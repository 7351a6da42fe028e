import { orderOne } from '$lib/server/run-orders.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = (event) => orderOne(event);
