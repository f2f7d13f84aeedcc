/**
 * One spelling for every release of a Python project: `v1.0-RC1` and `1.0.0rc1` are the same. What is no version
 * stays as it is. https://packaging.python.org/en/latest/specifications/version-specifiers/#normalization
 */
export function normalizeRelease(version: string): string {
  const groups = VERSION.exec(version.trim().toLowerCase())?.groups;
  if (groups === undefined) return version;
  const {
    epoch = '0',
    release = '',
    pre,
    preNumber,
    implicitPost,
    post,
    postNumber,
    dev,
    devNumber,
    local,
  } = groups;
  const numbers = release
    .split('.')
    .map(Number)
    .join('.')
    .replace(/(?:\.0)+$/, '');
  const before = pre === undefined ? '' : `${PRE[pre] ?? pre}${Number(preNumber ?? 0)}`;
  const isPost = post !== undefined || implicitPost !== undefined;
  const after = isPost ? `.post${Number(implicitPost ?? postNumber ?? 0)}` : '';
  const draft = dev === undefined ? '' : `.dev${Number(devNumber ?? 0)}`;
  const build = local === undefined ? '' : `+${local.replace(/[-_]/g, '.')}`;
  return `${Number(epoch)}!${numbers}${before}${after}${draft}${build}`;
}

const VERSION = new RegExp(
  [
    '^v?(?:(?<epoch>\\d{1,15})!)?(?<release>\\d{1,15}(?:\\.\\d{1,15})*)',
    '(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\\d{1,15})?)?',
    '(?:-(?<implicitPost>\\d{1,15})|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\\d{1,15})?)?',
    '(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\\d{1,15})?)?',
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
  ].join(''),
);

const PRE: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' };
