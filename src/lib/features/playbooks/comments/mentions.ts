/** Mentions in comments: `@` and a colleague's name. */
import { folded } from '$lib/ui/options.ts';

type Person = { id: string; name: string };
export type MentionPart = { text: string; isMention: boolean };

/** The text in parts, mentions apart. The longest name counts: "@Ann Lee" is Ann Lee, not Ann. */
export function mentionParts(text: string, people: readonly Person[]): MentionPart[] {
	const names = people.map(({ name }) => name).filter(Boolean).sort((a, b) => b.length - a.length);
	const parts: MentionPart[] = [];
	let plain = '';
	for (let at = 0; at < text.length; ) {
		const name = text[at] === '@' ? names.find((one) => text.startsWith(one, at + 1)) : undefined;
		if (name === undefined) plain += text[at++];
		else {
			if (plain) parts.push({ text: plain, isMention: false });
			plain = '';
			parts.push({ text: `@${name}`, isMention: true });
			at += name.length + 1;
		}
	}
	return plain ? [...parts, { text: plain, isMention: false }] : parts;
}

/** The mention being typed before the cursor (`@` begins a word), with the colleagues it may mean; null when none is. */
export function mentionAt(text: string, cursor: number, people: readonly Person[]): { from: number; found: Person[] } | null {
	const hit = /(?:^|\s)@([^@\n]{0,40})$/.exec(text.slice(0, cursor));
	if (!hit) return null;
	const wanted = folded(hit[1] ?? '');
	const found = people.filter(({ name }) => folded(name).split(/\s+/).some((word, index, words) => words.slice(index).join(' ').startsWith(wanted)));
	return found.length > 0 ? { from: cursor - (hit[1] ?? '').length - 1, found: found.slice(0, 6) } : null;
}
