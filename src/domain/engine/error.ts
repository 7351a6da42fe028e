/** How a step's error is written down: a code (message key `run_error_…`) and its details, in one text column. */

export type RunError = { code: string; detail: Record<string, string> };

/** As kept in a step's `error`: `code`, or `code {"key":"value"}`. */
export const errorText = (code: string, detail: Record<string, string> = {}): string => (Object.keys(detail).length > 0 ? `${code} ${JSON.stringify(detail)}` : code);

/** An error as written by `errorText`; any other text is a `failed` with that text as its reason. */
export function readError(text: string): RunError {
	const [, code, json] = /^([a-z][a-z0-9-]*)(?: (\{.*\}))?$/s.exec(text) ?? [];
	if (!code) return { code: 'failed', detail: { reason: text } };
	if (!json) return { code, detail: {} };
	try {
		return { code, detail: JSON.parse(json) as Record<string, string> };
	} catch {
		return { code: 'failed', detail: { reason: text } };
	}
}
