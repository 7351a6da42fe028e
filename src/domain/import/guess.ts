/** Guesses a mapping from a file's header, which a person then corrects. */
import type { FieldDefinition } from '../settings.ts';
import type { ImportMapping, Target } from './mapping.ts';

/** Lower case, letters and digits only: `Company Name`, `company_name` and `CompanyName` are one. */
const bare = (text: string): string =>
	text
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]/g, '');

const known: [Target, string[]][] = [
	[{ to: 'customer', field: 'externalId' }, ['customerid', 'externalid', 'id', 'accountid', 'crmid', 'companyid', 'identifiant', 'codeclient', 'idcliente']],
	[{ to: 'customer', field: 'name' }, ['companyname', 'company', 'name', 'customer', 'customername', 'account', 'accountname', 'nom', 'societe', 'entreprise', 'azienda', 'ragionesociale', 'nome']],
	[{ to: 'customer', field: 'domain' }, ['domain', 'website', 'site', 'url', 'siteweb', 'sitoweb', 'dominio', 'domaine']],
	[{ to: 'customer', field: 'stage' }, ['stage', 'lifecyclestage', 'status', 'etape', 'fase', 'stato']],
	[{ to: 'customer', field: 'owner' }, ['owner', 'csm', 'accountmanager', 'owneremail', 'responsable', 'responsabile']],
	[{ to: 'customer', field: 'tags' }, ['tags', 'tag', 'labels', 'etiquettes', 'etichette']],
	[{ to: 'contact', field: 'name' }, ['contactname', 'contact', 'contactperson', 'nomducontact', 'contatto', 'referente']],
	[{ to: 'contact', field: 'title' }, ['contacttitle', 'title', 'jobtitle', 'role', 'fonction', 'poste', 'ruolo']],
	[{ to: 'contact', field: 'email' }, ['email', 'contactemail', 'mail', 'emailaddress', 'courriel', 'posta']],
	[{ to: 'contact', field: 'phone' }, ['phone', 'contactphone', 'telephone', 'mobile', 'telefono']],
];

/** Each known target is given to the first column that sounds like it; existing custom fields by their name; the rest is skipped. */
export function guessMapping(header: readonly string[], fields: readonly FieldDefinition[]): ImportMapping {
	const taken = new Set<string>();
	const columns = header.map((title): Target => {
		const name = bare(title);
		const target = known.find(([, names]) => names.includes(name))?.[0];
		const custom = fields.find((field) => field.subject === 'customer' && bare(field.name) === name);
		const found: Target = target ?? (custom ? { to: 'customer', field: custom.id } : { to: 'skip' });
		const key = JSON.stringify(found);
		if (found.to === 'skip' || taken.has(key)) return { to: 'skip' };
		taken.add(key);
		return found;
	});
	return { columns, contactRole: columns.some((target) => target.to === 'contact') ? 'key-user' : null };
}
