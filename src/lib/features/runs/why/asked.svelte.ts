/** Which pair is asked about: the address says it (`?why=`), so that an answer can be sent to a colleague. */
import { goto } from '$app/navigation';
import { page } from '$app/state';

export const asked = {
	/** The other half of the pair: the playbook on a customer's page, the customer on a playbook's; null when nothing is asked. */
	get id(): string | null {
		return page.url.searchParams.get('why');
	},
	/** Asks about it, or (null) about nothing more. */
	about(id: string | null): void {
		const url = new URL(page.url);
		if (id === null) url.searchParams.delete('why');
		else url.searchParams.set('why', id);
		void goto(url, { replaceState: true, keepFocus: true, noScroll: true });
	},
};
