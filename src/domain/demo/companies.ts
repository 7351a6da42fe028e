/** The forty customers of the demo book, written as people would know them. Invented companies; addresses end in `.example`. */

export type Story = 'growing' | 'steady' | 'fading' | 'silent' | 'new' | 'seasonal';
export type StageName = 'Onboarding' | 'Adoption' | 'Growth' | 'Renewal' | 'At risk' | 'Churned';
export const demoTags = ['Key account', 'Multi-site', 'Beta tester', 'Reference', 'Price sensitive', 'New champion', 'Expansion'] as const;
export type DemoTag = (typeof demoTags)[number];

/** `people`: name, title, role. `renews`: days from now to the agreement's end. `mrr` in the workspace's currency. */
export type Company = {
	name: string;
	domain: string;
	country: string;
	industry: string;
	seats: number;
	stage: StageName;
	story: Story;
	mrr: number;
	renews: number;
	tags: DemoTag[];
	people: [name: string, title: string, role: 'champion' | 'sponsor' | 'key-user' | 'end-user'][];
	focus: string[];
};

const of = (name: string, domain: string, place: [country: string, industry: string], size: [seats: number, mrr: number, renews: number], at: [StageName, Story], tags: DemoTag[], people: Company['people'], ...focus: string[]): Company => ({
	...{ name, domain: `${domain}.example`, country: place[0], industry: place[1], seats: size[0], mrr: size[1], renews: size[2], stage: at[0], story: at[1], tags, people, focus },
});

export const companies: Company[] = [
	of('Atelier Fournier', 'atelier-fournier', ['France', 'Furniture'], [24, 640, 210], ['Adoption', 'growing'], ['Beta tester'], [['Hélène Fournier', 'Managing director', 'sponsor'], ['Théo Marchand', 'Workshop planner', 'champion']], 'Replace the planning board in the Nantes workshop', 'Show lead times per commission'),
	of('Brückner Logistik', 'bruckner-logistik', ['Germany', 'Logistics'], [180, 3_900, 74], ['Renewal', 'steady'], ['Key account', 'Multi-site'], [['Jörg Brückner', 'CEO', 'sponsor'], ['Annika Weiß', 'Head of dispatch', 'champion'], ['Murat Yıldız', 'Shift lead', 'key-user'], ['Petra Lohmann', 'Dispatcher', 'end-user']], 'Renewal with the Leipzig depot included', 'Fewer phone calls between depot and drivers'),
	of('Cantine du Port', 'cantine-du-port', ['France', 'Restaurants'], [12, 290, 300], ['Onboarding', 'new'], [], [['Maëlys Le Goff', 'Owner', 'champion']], 'First menu week planned in the app by the end of the month'),
	of('Dalmine Tubi', 'dalmine-tubi', ['Italy', 'Steel'], [95, 2_450, 28], ['At risk', 'fading'], ['Price sensitive'], [['Giancarlo Bonfanti', 'Operations director', 'sponsor'], ['Elisa Rota', 'Quality manager', 'champion']], 'Win back the quality team after the change of plant manager', 'Agree what “useful” means before the renewal'),
	of('Eskild & Sønner', 'eskild', ['Denmark', 'Shipbuilding'], [60, 1_800, 155], ['Growth', 'growing'], ['Reference', 'Expansion'], [['Søren Eskild', 'Partner', 'sponsor'], ['Maja Kjær', 'Project lead', 'champion'], ['Bjørn Holt', 'Yard foreman', 'key-user']], 'Roll out to the Esbjerg yard', 'Case study in spring'),
	of('Fjällkliniken', 'fjallkliniken', ['Sweden', 'Healthcare'], [42, 1_150, 118], ['Adoption', 'steady'], [], [['Åsa Lindqvist', 'Clinic manager', 'sponsor'], ['Örjan Ek', 'Head nurse', 'key-user']], 'Appointments of all four clinics in one place'),
	of('Grüne Wiese Bio', 'gruene-wiese', ['Austria', 'Food'], [30, 720, 196], ['Growth', 'seasonal'], ['Beta tester'], [['Lena Hofstätter', 'Co-founder', 'champion'], ['Florian Gruber', 'Co-founder', 'sponsor']], 'Ready for the harvest weeks', 'Connect the farm shop’s till'),
	of('Harrow & Pike Solicitors', 'harrowpike', ['United Kingdom', 'Legal'], [38, 1_320, 61], ['Renewal', 'growing'], ['Reference'], [['Imogen Pike', 'Senior partner', 'sponsor'], ['Callum Reid', 'Practice manager', 'champion']], 'Two-year agreement with audit trail'),
	of('Işık Tekstil', 'isiktekstil', ['Türkiye', 'Textiles'], [140, 2_200, 240], ['Adoption', 'fading'], ['Multi-site'], [['Zeynep Işık', 'Deputy general manager', 'sponsor'], ['Emre Çelik', 'IT manager', 'champion'], ['Gülşen Ağaoğlu', 'Line planner', 'end-user']], 'Bring back the Bursa line, which went back to paper in October'),
	of('Jansen Bloemen', 'jansenbloemen', ['Netherlands', 'Wholesale'], [55, 1_480, 330], ['Growth', 'seasonal'], [], [['Marieke Jansen', 'Director', 'sponsor'], ['Joost de Vries', 'Auction lead', 'champion']], 'Peak season without a second system'),
	of('Kovács Gépgyár', 'kovacsgep', ['Hungary', 'Machinery'], [70, 1_260, 45], ['At risk', 'silent'], [], [['István Kovács', 'Owner', 'sponsor'], ['Réka Szűcs', 'Production planner', 'key-user']], 'Find out who leads the project since Réka’s leave'),
	of('Lumière Optique', 'lumiere-optique', ['Belgium', 'Retail'], [88, 1_960, 142], ['Growth', 'growing'], ['Multi-site', 'Expansion'], [['Clémence Dubois', 'Retail director', 'sponsor'], ['Noé Peeters', 'Store operations', 'champion'], ['Aïcha Benali', 'Store manager, Gent', 'key-user']], 'Twelve more shops in the first quarter'),
	of('Mirabelle Assurances', 'mirabelle', ['France', 'Insurance'], [210, 5_400, 97], ['Adoption', 'steady'], ['Key account'], [['François Béranger', 'Claims director', 'sponsor'], ['Inès Castaing', 'Transformation lead', 'champion'], ['Loïc Guérin', 'Team lead claims', 'key-user'], ['Sandrine Potier', 'Claims handler', 'end-user']], 'Every claims team uses it weekly', 'Measure days to close'),
	of('Nowak Apteki', 'nowakapteki', ['Poland', 'Pharmacies'], [65, 1_090, 180], ['Adoption', 'growing'], ['New champion'], [['Łukasz Nowak', 'Managing director', 'sponsor'], ['Żaneta Wójcik', 'Regional manager', 'champion']], 'Get Żaneta started after her predecessor left'),
	of('Olivar del Sur', 'olivardelsur', ['Spain', 'Food'], [33, 810, 265], ['Onboarding', 'new'], [], [['Íñigo Peña', 'General manager', 'sponsor'], ['Lucía Muñoz', 'Mill manager', 'champion']], 'Import the growers’ list', 'Train the mill in two mornings'),
	of('Pállas Hotels', 'pallashotels', ['Greece', 'Hospitality'], [120, 2_760, 88], ['Renewal', 'seasonal'], ['Key account'], [['Eléni Papadáki', 'COO', 'sponsor'], ['Níkos Stávrou', 'Guest services', 'champion'], ['Dóra Christou', 'Front desk lead', 'key-user']], 'Show the season’s result before the budget is made'),
	of('Quadrant Energy Services', 'quadrantenergy', ['United Kingdom', 'Energy'], [160, 4_150, 205], ['Growth', 'growing'], ['Expansion', 'Key account'], [['Priya Nair', 'VP operations', 'sponsor'], ['Owen Griffiths', 'Field manager', 'champion'], ['Shona MacLeod', 'Planner', 'key-user']], 'Second contract for the offshore crews'),
	of('Råbergs Bygg', 'rabergs', ['Sweden', 'Construction'], [48, 1_020, 22], ['At risk', 'fading'], ['Price sensitive'], [['Göran Råberg', 'Owner', 'sponsor'], ['Tuva Ström', 'Site administrator', 'champion']], 'Two of five sites stopped logging in: visit them'),
	of('Saint-Clair Traiteur', 'saintclair', ['France', 'Catering'], [18, 430, 310], ['Onboarding', 'new'], [], [['Océane Saint-Clair', 'Owner', 'champion'], ['Rémi Vasseur', 'Chef', 'end-user']], 'First wedding run from the app'),
	of('Tasmin Robotics', 'tasmin', ['Estonia', 'Robotics'], [27, 1_240, 170], ['Growth', 'growing'], ['Beta tester', 'Reference'], [['Kadri Tamm', 'CEO', 'sponsor'], ['Mihkel Õunapuu', 'Head of delivery', 'champion']], 'Use of the API for their own portal'),
	of('Ústřední Knihovny', 'knihovny', ['Czechia', 'Public sector'], [90, 980, 128], ['Adoption', 'steady'], ['Multi-site'], [['Jiří Dvořák', 'Director', 'sponsor'], ['Kateřina Říhová', 'Digital services', 'champion']], 'Branches in Brno and Plzeň'),
	of('Vale Verde Vinhos', 'valeverde', ['Portugal', 'Wine'], [22, 560, 250], ['Adoption', 'seasonal'], [], [['João Magalhães', 'Estate manager', 'sponsor'], ['Inês Conceição', 'Cellar lead', 'champion']], 'One list of tasks for vineyard and cellar'),
	of('Weber Zahntechnik', 'weber-zahntechnik', ['Switzerland', 'Dental'], [35, 1_400, 52], ['Renewal', 'steady'], [], [['Ruedi Weber', 'Owner', 'sponsor'], ['Céline Favre', 'Laboratory lead', 'champion']], 'Renew before the move to the new building'),
	of('Xanadu Travel', 'xanadutravel', ['Ireland', 'Travel'], [44, 1_080, -20], ['Churned', 'silent'], ['Price sensitive'], [['Aoife Ní Bhriain', 'Director', 'sponsor'], ['Declan Walsh', 'Office manager', 'key-user']], 'Left in autumn: call again when their new owner has settled'),
	of('Yggdrasil Forst', 'yggdrasil', ['Norway', 'Forestry'], [58, 1_350, 145], ['Adoption', 'growing'], [], [['Ingrid Bøe', 'Operations manager', 'champion'], ['Håkon Sæther', 'Regional lead', 'key-user']], 'Works without a network in the forest'),
	of('Zanetti Ceramiche', 'zanetti', ['Italy', 'Ceramics'], [110, 2_600, 190], ['Growth', 'steady'], ['Reference'], [['Niccolò Zanetti', 'CEO', 'sponsor'], ['Benedetta Grassi', 'Supply chain', 'champion'], ['Fabio Però', 'Warehouse lead', 'key-user']], 'Connect the warehouse in Sassuolo'),
	of('Aurora Diagnostics', 'auroradx', ['Finland', 'Healthcare'], [75, 2_150, 66], ['Renewal', 'fading'], ['New champion'], [['Päivi Mäkelä', 'Laboratory director', 'sponsor'], ['Väinö Hämäläinen', 'Service manager', 'champion']], 'Väinö inherited the tool: show him what it does for him', 'Renewal talk before the summer'),
	of('Bistrot Lucarne', 'lucarne', ['France', 'Restaurants'], [9, 180, 15], ['At risk', 'silent'], ['Price sensitive'], [['Gaëtan Lucarne', 'Owner', 'champion']], 'Reach Gaëtan by phone, mornings only'),
	of('Cedarwood Schools Trust', 'cedarwood', ['United Kingdom', 'Education'], [240, 3_300, 220], ['Adoption', 'seasonal'], ['Multi-site', 'Key account'], [['Dr Ngozi Okafor', 'Chief executive', 'sponsor'], ['Tom Hartley', 'Head of systems', 'champion'], ['Beth Llewellyn', 'Registrar', 'key-user']], 'All eleven schools by September'),
	of('Drava Elektro', 'drava', ['Slovenia', 'Electronics'], [40, 890, 275], ['Onboarding', 'new'], [], [['Matjaž Žnidaršič', 'Director', 'sponsor'], ['Špela Kovačič', 'Process engineer', 'champion']], 'Single sign-on', 'First line live in week three'),
	of('École Numérique Lyon', 'enlyon', ['France', 'Education'], [52, 760, 132], ['Adoption', 'growing'], [], [['Amélie Rousset', 'Head of studies', 'champion'], ['Yacine Haddad', 'Student services', 'key-user']], 'Student services and admissions on the same page'),
	of('Falkenstein Brauerei', 'falkenstein', ['Germany', 'Beverages'], [66, 1_540, 112], ['Growth', 'seasonal'], ['Expansion'], [['Ludwig Falkenstein', 'Managing partner', 'sponsor'], ['Nadine Äppler', 'Sales office', 'champion']], 'Field sales on their phones'),
	of('Garonne Aéro', 'garonne-aero', ['France', 'Aerospace'], [130, 4_800, 39], ['Renewal', 'growing'], ['Key account', 'Reference'], [['Benoît Lacassagne', 'Plant director', 'sponsor'], ['Élodie Darrieux', 'Continuous improvement', 'champion'], ['Kévin Sarrazin', 'Team lead', 'key-user']], 'Three-year agreement', 'Audit evidence straight from the app'),
	of('Hagström Medtech', 'hagstrom', ['Sweden', 'Medical devices'], [85, 2_900, 158], ['Growth', 'steady'], [], [['Linnéa Hagström', 'COO', 'sponsor'], ['Erik Åkesson', 'Regulatory lead', 'champion']], 'Document trail for the next inspection'),
	of('Ilha Mar Pescas', 'ilhamar', ['Portugal', 'Fishing'], [16, 340, 228], ['Onboarding', 'silent'], [], [['Tomé Araújo', 'Manager', 'champion']], 'The kick-off was moved twice: agree a day at the harbour'),
	of('Juhász Kereskedőház', 'juhasz', ['Hungary', 'Wholesale'], [47, 930, 92], ['Adoption', 'steady'], [], [['Gábor Juhász', 'Managing director', 'sponsor'], ['Tünde Bíró', 'Order desk', 'champion']], 'Fewer orders by fax'),
	of('Kestrel Mobility', 'kestrelmobility', ['United Kingdom', 'Transport'], [100, 2_350, 178], ['Adoption', 'fading'], ['New champion'], [['Amara Osei', 'Head of fleet', 'champion'], ['Graham Tull', 'Finance director', 'sponsor']], 'Usage halved since the reorganisation: map who does what now'),
	of('La Huerta Norte', 'lahuerta', ['Spain', 'Agriculture'], [29, 670, 202], ['Growth', 'growing'], ['Beta tester'], [['Begoña Ibáñez', 'Cooperative manager', 'sponsor'], ['Xabier Etxeberria', 'Agronomist', 'champion']], 'Invite the forty members of the cooperative'),
	of('Mountford Care Homes', 'mountford', ['United Kingdom', 'Care'], [150, 2_980, 57], ['Renewal', 'steady'], ['Multi-site'], [['Ruth Mountford', 'Chief executive', 'sponsor'], ['Siân Prosser', 'Quality lead', 'champion'], ['Kofi Boateng', 'Home manager', 'key-user']], 'Evidence for inspections in every home', 'Renewal signed before the board meets'),
	of('Nordlys Kraft', 'nordlyskraft', ['Norway', 'Energy'], [200, 4_600, 290], ['Onboarding', 'new'], ['Key account'], [['Sigrid Aasen', 'Director of grid', 'sponsor'], ['Øystein Dahl', 'Programme lead', 'champion'], ['Marte Lunde', 'Control room', 'key-user']], 'Pilot with the Tromsø control room', 'Security review by their IT'),
];
