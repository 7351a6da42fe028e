/** The chosen language in the person's own region: a reader of English in Paris gets 09:00, one in New York 9:00 AM. */
import { getLocale } from '$lib/messages/runtime.js';

/** The first of the browser's languages that is the chosen one with a region, else the region this product comes from. */
export function regional(language: string, preferred: readonly string[]): string {
	return preferred.find((tag) => tag.toLowerCase().startsWith(`${language}-`) && isTag(tag)) ?? (language === 'en' ? 'en-GB' : language);
}

/** Browsers pass on what the system calls its language, which Intl may refuse: `en-US@posix`. */
function isTag(tag: string): boolean {
	try {
		return Intl.getCanonicalLocales(tag).length === 1;
	} catch {
		return false;
	}
}

/** A locale for Intl: use it to write times, money and numbers, never getLocale() itself. */
export const locale = (): string => regional(getLocale(), typeof navigator === 'undefined' ? [] : navigator.languages);
