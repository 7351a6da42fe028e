/** Gives the person a file, under `name`, as a download. */
export function saveFile(content: Blob, name: string): void {
	const url = URL.createObjectURL(content);
	Object.assign(document.createElement('a'), { href: url, download: name }).click();
	// The browser reads it soon after; then its memory is free again.
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
