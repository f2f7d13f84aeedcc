/** Whether GitHub holds this text already: it may have changed line ends, and space at the end. */
export function isOurText(held: string, wanted: string): boolean {
  return normalize(held) === normalize(wanted);
}

function normalize(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}
