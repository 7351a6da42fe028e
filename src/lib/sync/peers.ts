/** Who else has a document open, from its awareness. */
import type { Awareness } from 'y-protocols/awareness';

export type Peer = { clientId: number; user: { id: string; name: string; colour: string }; state: Record<string, any> };

/** Everyone but this device, in a fixed order. */
export function peersOf(awareness: Awareness): Peer[] {
	return [...awareness.getStates()]
		.filter(([clientId, state]) => clientId !== awareness.clientID && state.user?.id !== undefined)
		.map(([clientId, state]) => ({ clientId, user: state.user, state }))
		.sort((a, b) => a.clientId - b.clientId);
}
