import fc from 'fast-check';
import type { Plan, Shown } from '../../src/model/plan.ts';

const FRAGMENTS = [
  '```',
  '````\n',
  '`',
  '``',
  '~~~',
  '\n',
  '\r\n',
  '\n\n',
  '\u2028',
  ' ',
  '    ',
  '\t',
  '</code>',
  '</pre></details>',
  '<details open>',
  '<summary>',
  '<!--',
  '-->',
  '--!>',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<a href="javascript:alert(1)">',
  '&lt;',
  '&amp;',
  '&#x3c;',
  '"',
  "'",
  '@everyone',
  '@mcpform/team',
  '#1',
  'GH-1',
  'octo/repo#2',
  'deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
  'https://evil.example',
  'www.evil.example',
  'a@evil.example',
  '![x](https://evil.example/x.png)',
  '[x](https://evil.example)',
  '[x]: https://evil.example\n',
  '[!CAUTION]',
  '> ',
  '# ',
  '- ',
  '| a |\n|---|\n',
  '**',
  '__',
  '~~',
  '\\',
  '$x$',
  ':tada:',
  '::error::x',
  '\n::set-output name=x::y',
  '\n::stop-commands::t',
  '##[add-path]/tmp',
  '%0A::error::x',
  '%25',
  ',line=1',
  ':',
  '\u001b[2J',
  '\u202e',
  '\u200b',
  '\u0000',
  '\ud800',
  '名前',
  '🦊',
  '../../etc/passwd',
  '${{ secrets.X }}',
  '__proto__',
];

/** Names that somebody means harm with. Never empty. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...FRAGMENTS) },
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

/** A plan of the same shape in which a pull request has chosen every text that it can. */
export function poisoned(plan: Plan, text: string): Plan {
  let number = 0;
  const next = (): string => {
    number += 1;
    return `${text}${number}`;
  };
  const shown = (side: Shown): Shown => ('hidden' in side ? side : { value: next() });
  return {
    ...plan,
    stack: next(),
    between: { from: next(), to: next() },
    steps: plan.steps.map((step) => ({
      ...step,
      address: next(),
      ...(step.server === undefined ? {} : { server: next() }),
      place: { ...step.place, file: next() },
      ...(step.previousAddress === undefined ? {} : { previousAddress: next() }),
      ...(step.blockedBy === undefined ? {} : { blockedBy: next() }),
      ...(step.pin === undefined
        ? {}
        : { pin: { before: { name: next(), digest: next() }, after: { name: next(), digest: next() } } }),
      paths: step.paths.map((path) => ({
        ...path,
        pointer: `/${next()}`,
        ...(path.before === undefined ? {} : { before: shown(path.before) }),
        ...(path.after === undefined ? {} : { after: shown(path.after) }),
      })),
      secrets: step.secrets.map((secret) => ({ ...secret, name: next(), locator: next() })),
    })),
    findings: plan.findings.map((finding) => ({
      ...finding,
      message: next(),
      ...(finding.hint === undefined ? {} : { hint: next() }),
      ...(finding.at === undefined ? {} : { at: { ...finding.at, file: next(), excerpt: next() } }),
      ...(finding.address === undefined ? {} : { address: next() }),
    })),
  };
}
