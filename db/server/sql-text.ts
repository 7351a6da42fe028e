/**
 * Reads SQL text just enough for what the engine's Node binding leaves to its callers: where a text's statements end, and which
 * parameters a statement has. (The binding keeps old values of parameters that are not given, and aborts the process on a mix of
 * `?` and named ones, so every statement is bound whole and by position.)
 */

/** One statement of a text. */
export interface SqlStatement {
	text: string;
	/** The first word, in capitals: what kind of statement it is. */
	keyword: string;
	/** Its words that change data or tables, in capitals. */
	verbs: ReadonlySet<string>;
	/** By position: the name with its sign (`:name`), or null for `?` and for gaps that `?9` leaves. */
	parameters: readonly (string | null)[];
}

const token = /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|\?\d*|[:@$][A-Za-z0-9_$\u0080-\uffff]+|[A-Za-z0-9_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*|[\s\S]/g;
const verbs = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'CREATE', 'DROP', 'ALTER']);
const isSpace = (text: string) => /^(?:\s|--|\/\*)/.test(text);
const isWord = (text: string) => /^[A-Za-z_]/.test(text);

/** The statements of a text, in order; empty ones (only spaces and comments) are left out. */
export const statementsOf = (sql: string): SqlStatement[] => {
	const found: SqlStatement[] = [];
	let start = 0;
	let words: string[] = [];
	let parameters: (string | null)[] = [];
	let hasContent = false;
	let depth = 0;
	const end = (at: number) => {
		if (hasContent) {
			const seen = new Set(words.filter((word) => verbs.has(word)));
			found.push({ text: sql.slice(start, at), keyword: words[0] ?? '', verbs: seen, parameters });
		}
		start = at + 1;
		words = [];
		parameters = [];
		hasContent = false;
		depth = 0;
	};
	for (const { 0: text, index } of sql.matchAll(token)) {
		if (isSpace(text)) continue;
		if (text === ';' && depth === 0) {
			end(index);
			continue;
		}
		hasContent = true;
		if (text[0] === '?') {
			const position = text.length > 1 ? Number(text.slice(1)) : parameters.length + 1;
			if (position > 32_766) continue; // SQLite's own limit: preparing it says so.
			while (parameters.length < position) parameters.push(null);
		} else if (text.length > 1 && ':@$'.includes(text[0] ?? '')) {
			if (!parameters.includes(text)) parameters.push(text);
		} else if (isWord(text)) {
			const word = text.toUpperCase();
			words.push(word);
			// A trigger's body holds semicolons; its BEGIN and its CASEs are closed by END.
			if (words[0] === 'CREATE' && (words[1] === 'TRIGGER' || words[2] === 'TRIGGER')) {
				if (word === 'BEGIN' || word === 'CASE') depth += 1;
				if (word === 'END') depth -= 1;
			}
		}
	}
	end(sql.length);
	return found;
};
