/** What was said with the customers of the demo book. `{who}` is a contact's first name, `{company}` the customer. */
import type { Story } from './companies.ts';

export type Line = [type: 'mail' | 'meeting' | 'call' | 'ticket' | 'note', direction: 'in' | 'out' | 'both', title: string, body: string];

const common: Line[] = [
	['mail', 'out', 'Notes from our call', 'Hello {who}, here is what we agreed: you send the list of users, I prepare the workspace, and we meet again in two weeks.'],
	['mail', 'in', 'Re: a question about rights', 'Can team leads see each other’s boards? {who} asked because two teams share a customer.'],
	['ticket', 'in', 'Export shows the wrong time zone', 'Times in the export were one hour early. Fixed by setting the workspace’s zone; {who} confirmed.'],
	['call', 'out', 'Short check-in', 'Ten minutes with {who}. All quiet; asked for the release notes in one mail a month.'],
	['note', 'both', 'Who is who', '{who} decides on tools, IT only looks at security. Best reached before ten.'],
	['meeting', 'both', 'Quarterly review', 'Went through usage and goals with {who}. Two goals met, one moved to the next quarter.'],
];

const byStory: Record<Story, Line[]> = {
	growing: [
		['meeting', 'both', 'Plan for more teams', '{who} wants two more teams on board and asked for a price for fifty more seats.'],
		['mail', 'in', 'Praise from the team', '“We closed the week on Friday noon for the first time.” {who} agreed to be quoted.'],
		['call', 'in', 'Can others join?', 'A sister company of {company} asked {who} what they use.'],
		['mail', 'out', 'Proposal for the extension', 'Sent the proposal for the extension, with a start next month.'],
		['meeting', 'both', 'Training for new users', 'Fourteen people, forty minutes. Questions were about details: a good sign.'],
	],
	steady: [
		['call', 'both', 'Monthly call', 'Usage is even. {who} would like a report that fits on one page.'],
		['mail', 'in', 'Holiday rota', '{who} is away for two weeks; the deputy has all rights.'],
		['ticket', 'in', 'Second factor lost', 'A user lost the phone. Access restored within the hour.'],
		['meeting', 'both', 'Review of goals', 'Goals are met, nothing new planned. Asked what would make it better: fewer clicks for the weekly entry.'],
	],
	fading: [
		['call', 'out', 'Why fewer people log in', '{who} says that half the team went back to spreadsheets after the reorganisation.'],
		['mail', 'out', 'An hour to get back on track', 'Offered an hour on site. No answer yet.'],
		['mail', 'in', 'Re: renewal', '“We have to look at all our tools this year.” {who} asked for the cancellation terms.'],
		['meeting', 'both', 'Honest talk', '{who} likes the product, the new management doesn’t know it. Agreed to show them three numbers.'],
		['note', 'both', 'Sponsor has changed', 'The sponsor who bought it has left {company}. The successor has other priorities.'],
	],
	silent: [
		['mail', 'out', 'Are you well?', 'Wrote to {who}: nobody has logged in for weeks. No answer.'],
		['call', 'out', 'Voicemail', 'Left a message for {who}. Second try this month.'],
		['mail', 'out', 'Last try before the review', 'Offered three times for a call. Copied the sponsor.'],
		['note', 'both', 'What we know', 'The website of {company} is up, the phone rings. Somebody is there.'],
	],
	new: [
		['meeting', 'both', 'Kick-off', 'With {who} and the team. Goals written down, first milestone in three weeks.'],
		['mail', 'out', 'Welcome to Cuebook', 'Hello {who}, here are your first three steps and the date of the training.'],
		['call', 'both', 'Import of the first data', 'Went through the file with {who}. Twelve rows had no id; they will mend them.'],
		['ticket', 'in', 'Invitation not received', 'The invitation was in the spam folder. {who} is in now.'],
	],
	seasonal: [
		['call', 'both', 'Before the season', '{who} expects twice the people for ten weeks. Seats agreed for that time.'],
		['mail', 'in', 'We survived', '“Busiest week ever, and no paper.” {who} sent a picture of the team.'],
		['meeting', 'both', 'After the season', 'What worked: the morning list. What didn’t: two people shared one login. {who} will change that.'],
		['mail', 'out', 'Quiet months', 'Suggested to use the quiet months for the second site.'],
	],
};

/** The lines that fit a customer's story: its own first, then what is said with everybody. */
export const linesFor = (story: Story): Line[] => [...byStory[story], ...common];
