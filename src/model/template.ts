import type { Template, TemplatePart } from './manifest.ts';

/** The template as a client that expands `${NAME}` itself reads it. A bare secret shows as in the manifest. */
export function templateText(template: Template): string {
  return typeof template === 'string' ? template : template.map(partText).join('');
}

function partText(part: TemplatePart): string {
  if (typeof part === 'string') return part;
  if ('secret' in part) return `\${secret.${part.secret}}`;
  return part.default === undefined ? `\${${part.env}}` : `\${${part.env}:-${part.default}}`;
}

/**
 * Where a URL text goes. `null` when that cannot be known: it does not parse, holds white space or control
 * characters (which URL parsers drop), or a variable stands in its scheme, user info, host or port.
 */
export function knownUrl(text: string): URL | null {
  if (/[\0-\x20\x7f]/.test(text)) return null;
  // A variable's name or default may hold `/`, `@` or `:`, so it is judged before anything is split.
  const authority = /^[a-z][a-z0-9+.-]*:[/\\]*[^/\\?#]*/i.exec(text)?.[0];
  if (authority === undefined || authority.includes('$')) return null;
  return URL.canParse(text) ? new URL(text) : null;
}
