/** What a note is called: its title, else how it begins. */
import type { MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';

export const noteName = ({ title, excerpt }: Pick<MirrorRows['note'], 'title' | 'excerpt'>): string => title || excerpt.slice(0, 60) || m.notes_untitled();
