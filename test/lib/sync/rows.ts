/** Rows of the mirror, believable enough to be searched and sorted. */
import type { MirrorRows } from '#domain/mirror.ts';

export const customerRow = (id: string, name: string, changes: Partial<MirrorRows['customer']> = {}): MirrorRows['customer'] => ({
	id,
	name,
	domain: null,
	externalId: null,
	parentId: null,
	stage: null,
	stageSince: null,
	owner: null,
	tags: [],
	team: [],
	custom: {},
	mrr: 0,
	renewalAt: null,
	createdAt: 0,
	updatedAt: 0,
	...changes,
});

const words = ['Société', 'Nord', 'Élan', 'Atelier', 'Brücke', 'Città', 'Harbour', 'Quartz', 'Vela', 'Mistral'];
const people = ['Zoé Dupont', 'Ada Rossi', 'Jörg Weiß', 'Lucía Peña', 'Sam Okafor'];

export function manyCustomers(count: number) {
	const customers = Array.from({ length: count }, (_, n) =>
		customerRow(`customer_${n}`, `${words[n % 10]} ${words[(n * 7) % 10]} ${n}`, { domain: `site${n}.example`, externalId: `X-${n}`, mrr: (n * 37) % 9_000 }),
	);
	const contacts: MirrorRows['contact'][] = customers.flatMap((customer, n) =>
		[0, 1].map((k) => ({
			id: `contact_${n}_${k}`,
			customerId: customer.id,
			name: people[(n + k) % 5]!,
			email: `p${k}@site${n}.example`,
			phone: null,
			title: null,
			roles: [],
			tags: [],
			custom: {},
			createdAt: 0,
			mergedFrom: [],
		})),
	);
	return { customers, contacts };
}
