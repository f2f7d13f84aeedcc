import { marked } from 'marked';

/** What a reader's browser would get of some Markdown, raw HTML included: nothing is cleaned. */
export function toHtml(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: true, breaks: true });
}

/** The HTML without what stands in code: all that is mark-up, or that GitHub would look into for mentions and links. */
export function skeleton(markdown: string): string {
  return toHtml(markdown).replace(/<code(?: class="language-text")?>[^<]*<\/code>/g, '<code/>');
}

/** Every tag in it, with its attributes; comments count. */
export function tagsOf(markdown: string): readonly string[] {
  const tags = toHtml(markdown).match(/<!--|<[^>]*>/g) ?? [];
  return [...new Set(tags)].sort();
}
