/**
 * What Renovate's `kubernetes` manager does with a file, written from what its documentation and users say of it
 * (Renovate is AGPL, and no dependency): a file with `apiVersion:` and `kind:` is read line by line; `image:` at the
 * start of a line, perhaps behind a dash, with a reference behind it, perhaps in quotes, is a dependency. An update
 * writes name, tag and digest in the place of the reference and leaves the rest of the line.
 * https://docs.renovatebot.com/modules/manager/kubernetes/
 */
export interface Dependency {
  readonly line: number;
  readonly reference: string;
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

// The grammar of https://github.com/distribution/reference/blob/main/reference.go
const COMPONENT = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])';
const HOST = `(?:${COMPONENT}(?:\\.${COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PART = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const NAME = `(?:${HOST}/)?${PART}(?:/${PART})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const LINE = new RegExp(`^(\\s*-?\\s*image:\\s*['"]?)(${NAME})(?::(${TAG}))?(?:@(${DIGEST}))?['"]?`);

export function extract(text: string): readonly Dependency[] {
  if (!/^apiVersion:/m.test(text) || !/^kind:/m.test(text)) return [];
  return text.split(/\r?\n/).flatMap((content, line): Dependency[] => {
    const match = LINE.exec(content);
    if (match === null) return [];
    const [, , name = '', tag, digest] = match;
    const reference = referenceOf(name, tag, digest);
    return [
      {
        line,
        reference,
        name,
        ...(tag === undefined ? {} : { tag }),
        ...(digest === undefined ? {} : { digest }),
      },
    ];
  });
}

/** One update of one image: its tag wherever it has one, its digest wherever it has one. */
export function update(
  text: string,
  of: Pick<Dependency, 'name' | 'tag'>,
  to: { tag: string; digest: string },
): string {
  const lines = text.split('\n');
  for (const { line, reference, name, tag, digest } of extract(text)) {
    if (name !== of.name || tag !== of.tag) continue;
    const next = referenceOf(name, tag && to.tag, digest && to.digest);
    lines[line] = (lines[line] as string).replace(reference, () => next);
  }
  return lines.join('\n');
}

function referenceOf(name: string, tag: string | undefined, digest: string | undefined): string {
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
