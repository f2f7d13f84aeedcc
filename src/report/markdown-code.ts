import { escapeText } from '../formats/escape.ts';
import { clip } from './clip.ts';

/** Characters of a name. Longer ones are not names that anybody gave a server. */
const MAX_NAME = 300;

/** Text from outside within a line of Markdown, where it means nothing: no mark-up, mention, link or reference. */
export function codeSpan(text: string): string {
  const shown = escapeText(clip(text, MAX_NAME));
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const pad = shown === '' || shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** The same within HTML, where Markdown is not read. */
export function htmlCode(text: string): string {
  return `<code>${escapeHtml(escapeText(text))}</code>`;
}

/** A code block whose fence is longer than any run of backticks inside. The text's lines are escaped already. */
export function fence(text: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}text\n${text}\n${ticks}`;
}

/** A part that opens on a click. `title` is HTML. */
export function folded(title: string, body: string, isOpen: boolean): string {
  return `<details${isOpen ? ' open' : ''}><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** `[words](<https://…>)`; the words alone when the address is none that a reader may be sent to. */
export function link(words: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isFit = parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '';
  if (!isFit || parsed.href.length > MAX_URL) return words;
  return `[${words}](<${parsed.href.replace(/[<>\\]/g, encodeURIComponent)}>)`;
}

const MAX_URL = 2_000;

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
