import { tellMove } from '$lib/server/migrations.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => tellMove(event);
