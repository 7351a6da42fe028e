/** What choosers offer, from the workspace's settings. */
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Option } from '$lib/ui/options.ts';

export const stageOptions = (settings: WorkspaceSettings): Option[] => settings.stages.map(({ id, name, colour }) => ({ value: id, label: name, colour }));
export const peopleOptions = (settings: WorkspaceSettings): Option[] => settings.people.map(({ id, name, email, colour }) => ({ value: id, label: name, hint: email, colour }));
export const tagOptions = (settings: WorkspaceSettings, subject: 'customer' | 'contact'): Option[] => settings.tags.filter((tag) => tag.subject === subject).map(({ id, name, colour }) => ({ value: id, label: name, colour }));

const leaving = /churn|lost|left|gone|ended|perdu|parti|résili|pers[oi]|disdett|uscit/i;

/** Where a customer goes that leaves: the stage that is named for it, else the last; empty when there is none. */
export const leavingStage = (stages: WorkspaceSettings['stages']): string => (stages.findLast(({ name }) => leaving.test(name)) ?? stages.at(-1))?.id ?? '';
