import { describe, expect, it } from 'vitest';
import { guessMapping } from '#domain/import/guess.ts';

describe('guessing the mapping of a file (IN2)', () => {
	it('reads the headers of a CRM export in several spellings', () => {
		const header = ['CustomerID', 'Company Name', 'contact_name', 'ContactTitle', 'Address', 'Phone', 'Fax'];
		expect(guessMapping(header, []).columns).toEqual([
			{ to: 'customer', field: 'externalId' },
			{ to: 'customer', field: 'name' },
			{ to: 'contact', field: 'name' },
			{ to: 'contact', field: 'title' },
			{ to: 'skip' },
			{ to: 'contact', field: 'phone' },
			{ to: 'skip' },
		]);
	});

	it('gives a target to one column only, and custom fields by their name', () => {
		const fields = [{ id: 'f_city', subject: 'customer' as const, name: 'Ville', type: 'text' as const, options: null, position: 0 }];
		expect(guessMapping(['Name', 'name', 'VILLE'], fields).columns).toEqual([{ to: 'customer', field: 'name' }, { to: 'skip' }, { to: 'customer', field: 'f_city' }]);
	});

	it('knows French and Italian headers', () => {
		expect(guessMapping(['Identifiant', 'Société', 'Étape'], []).columns.map((t) => 'field' in t && t.field)).toEqual(['externalId', 'name', 'stage']);
		expect(guessMapping(['ID cliente', 'Ragione sociale', 'Telefono'], []).columns.map((t) => 'field' in t && t.field)).toEqual(['externalId', 'name', 'phone']);
	});
});
