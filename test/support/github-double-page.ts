import type { Answer } from './github-double-route.ts';

export interface Paged {
  readonly url: URL;
  readonly query: { readonly [Name in 'per_page' | 'page']?: string };
  readonly id: number;
  readonly origin: string;
}

/** 30 to a page, at most 100. The links go to `/repositories/ID`, as GitHub's do. */
export function pageOf(
  all: readonly unknown[],
  { url, query, id, origin }: Paged,
): Answer & { headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30)));
  const page = Math.max(1, Number(query.page ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const linkTo = (to: number, relation: string): string => {
    const parameters = new URLSearchParams({ ...query, page: String(to) });
    const path = url.pathname.replace(/^.*?\/repos\/[^/]+\/[^/]+/, `/repositories/${id}`);
    return `<${origin}${path}?${parameters}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(page - 1, 'prev')] : []),
    ...(page < last ? [linkTo(page + 1, 'next'), linkTo(last, 'last')] : []),
    ...(page > 1 ? [linkTo(1, 'first')] : []),
  ];
  const data = all.slice((page - 1) * size, page * size);
  return { status: 200, data, headers: links.length === 0 ? {} : { link: links.join(', ') } };
}
