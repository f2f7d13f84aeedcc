import { McpformError } from '../../model/error.ts';

/** What GitHub takes as the text of a comment or an issue, in characters. */
const MAX_BODY = 65_536;

/** A text without its marker would never be found again. Throws GITHUB_TOO_LONG, before anything is asked. */
export function checkBody(body: string, marker: string, about: string): void {
  if (marker === '' || !body.startsWith(marker)) throw new Error('a text of ours begins with its marker');
  checkLength(body, about);
}

export function checkLength(body: string, about: string): void {
  if (body.length <= MAX_BODY) return;
  throw new McpformError('GITHUB_TOO_LONG', `${about}: ${body.length} characters are more than ${MAX_BODY}`);
}
