/// <reference types="@cloudflare/workers-types" />
/**
 * The same rooms as Durable Objects: `wrangler` serves and deploys this file (docs/adr: PartyKit's own deploy has ended). A thin host
 * around each room class; what a room does is nowhere decided here.
 */
import { routePartykitRequest, Server, type Connection, type ConnectionContext, type WSMessage } from 'partyserver';
import AutomationRoom from './automation.ts';
import DocumentRoom from './document.ts';
import type { Host, RoomRequest, Socket } from './host.ts';
import { tick, type TickSettings } from './tick.ts';
import WorkspaceRoom from './workspace.ts';

/** The handlers that a room may have, as PartyKit names them. */
type Room = {
	onConnect?(socket: Socket, context: { request: { url: string } }): Promise<void> | void;
	onMessage?(message: string | ArrayBuffer | ArrayBufferView, socket: Socket): Promise<void> | void;
	onClose?(socket: Socket): Promise<void> | void;
	onError?(socket: Socket): Promise<void> | void;
	onRequest?(request: RoomRequest): Promise<Response> | Response;
	onAlarm?(): Promise<void> | void;
};
type RoomClass = new (room: any) => Room;

/** Makes a Durable Object class of a room class. */
const hosted = (Class: RoomClass) =>
	class extends Server<Record<string, unknown>> {
		static override options = { hibernate: true };
		#room: Room | null = null;

		override onStart(): void {
			// Pings are answered without waking the room.
			this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
			const host: Host = {
				id: this.name,
				env: this.env,
				storage: this.ctx.storage as unknown as Host['storage'],
				getConnections: () => this.getConnections() as Iterable<Socket>,
			};
			this.#room = new Class(host);
		}

		override onConnect = (connection: Connection, context: ConnectionContext) => this.#room!.onConnect?.(connection as Socket, context);
		override onMessage = (connection: Connection, message: WSMessage) => this.#room!.onMessage?.(message, connection as Socket);
		override onClose = (connection: Connection) => this.#room!.onClose?.(connection as Socket);
		override onError = (connection: Connection) => this.#room!.onError?.(connection as Socket);
		override onAlarm = () => this.#room!.onAlarm?.();
		override onRequest = (request: Request): Promise<Response> | Response =>
			this.#room!.onRequest?.(request) ?? new Response('This room answers sockets only.', { status: 404 });
	};

export class Document extends hosted(DocumentRoom) {}
export class Automation extends hosted(AutomationRoom) {}
export class Workspace extends hosted(WorkspaceRoom) {}

export default {
	/** The cron trigger of each minute (R3). A workspace that couldn't be woken is told on the log, and tried again in a minute. */
	scheduled: async (_event: ScheduledController, env: Record<string, unknown>): Promise<void> => {
		const { problems } = await tick(env as unknown as TickSettings);
		for (const problem of problems) console.error(JSON.stringify({ level: 'error', what: 'a workspace could not be woken', problem }));
	},
	fetch: async (request: Request, env: Record<string, unknown>): Promise<Response> =>
		(await routePartykitRequest(request, env as never)) ?? new Response('There is nothing here. Rooms are at /parties/<party>/<room>.', { status: 404 }),
};
