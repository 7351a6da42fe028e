/** Parameters that several triggers and actions share. `label` is a message key; `control` says how it is edited (actions/action.ts). */
import * as v from 'valibot';
import type { Control } from '../actions/action.ts';
import { isDate } from '../calendar/zones.ts';
import { canonical } from '../value.ts';

/** How a parameter is edited and named; kept in the schema. */
export const edited = <T>(control: Control, label: string): v.MetadataAction<T, { control: Control; label: string }> => v.metadata({ control, label: `param_${label}` });

/** An id that must be chosen, or a text that must be written. */
export const chosen = () => v.pipe(v.string('required'), v.check((text) => text.trim() !== '', 'required'));

/** A value to compare with, or null for any. */
export const anyOr = () => v.optional(v.nullable(v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])), null);

/** `HH:MM`, 00:00–23:59. */
export const wallTime = () => v.pipe(v.string('required'), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'time'));

/** `YYYY-MM-DDTHH:MM`, a wall time in the workspace's zone. */
export const wallDateTime = () => v.pipe(v.string('required'), v.check((text) => isDate(text.slice(0, 10)) && /^.{10}T([01]\d|2[0-3]):[0-5]\d$/.test(text), 'date-time'));

/** A whole number between bounds. */
export const whole = (min: number, max: number) => v.pipe(v.number('required'), v.integer('whole'), v.minValue(min, 'too-small'), v.maxValue(max, 'too-large'));

/** Whether a from/to parameter allows what was seen: null allows anything. */
export const allows = (wanted: unknown, seen: unknown): boolean => wanted === null || wanted === undefined || wanted === '' || canonical(wanted) === canonical(seen ?? null);
