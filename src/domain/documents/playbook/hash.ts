/** The hash of a definition: equal drafts have equal hashes on every device. For comparing, not for secrets. */
import { canonical } from '../../value.ts';
import type { PlaybookDefinition } from './definition.ts';

/** 64 bits as 16 hex characters: FNV-1a, twice, over the canonical JSON. */
export function hashOf(definition: PlaybookDefinition): string {
	const text = canonical(definition);
	let [low, high] = [0x811c9dc5, 0x9747b28c];
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		low = Math.imul(low ^ code, 0x01000193);
		high = Math.imul(high ^ (code + index), 0x01000193);
	}
	return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
