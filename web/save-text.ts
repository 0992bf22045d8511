// Gives a text to the browser as a file.

/** How long the text is kept for a browser that is slow to take it, in milliseconds. */
const KEPT_MS = 10_000;

/** Saves a text. @param type its media type; it is UTF-8 */
export function saveText(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
