import type { Component } from 'svelte';
import type { Control } from '#domain/actions/action.ts';
import Addresses from './Addresses.svelte';
import BooleanSwitch from './BooleanSwitch.svelte';
import Choice from './Choice.svelte';
import type { ControlProps } from './control.ts';
import CustomerField from './CustomerField.svelte';
import DateTime from './DateTime.svelte';
import FieldValues from './FieldValues.svelte';
import Headers from './Headers.svelte';
import LiquidText from './LiquidText.svelte';
import NumberParam from './NumberParam.svelte';
import OneOf from './OneOf.svelte';
import People from './People.svelte';
import PlainText from './PlainText.svelte';
import Recipients from './Recipients.svelte';
import RichBody from './RichBody.svelte';
import TagList from './TagList.svelte';
import ValueOfField from './ValueOfField.svelte';
import Weekdays from './Weekdays.svelte';

/** The component for each control: one for each way of editing. */
export const controls: Record<Control, Component<ControlProps<any>>> = {
	text: PlainText, url: LiquidText, 'liquid-line': LiquidText, 'long-text': LiquidText, json: LiquidText, 'rich-text': RichBody,
	number: NumberParam, 'business-days': NumberParam, boolean: BooleanSwitch, choice: Choice, 'customer-field': CustomerField, 'value-of-field': ValueOfField, 'field-value': FieldValues,
	stage: OneOf, owner: OneOf, playbook: OneOf, 'customer-tags': TagList, 'contact-tag': TagList, assignees: People, sender: People, recipients: Recipients, addresses: Addresses, headers: Headers,
	'date-time': DateTime, time: DateTime, weekdays: Weekdays,
};
