import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Annotation, workflowCommand } from '../../src/report/github-annotations.ts';
import { hostileText } from './hostile.ts';

/** A runner's reading of what a step prints: actions/runner, src/Runner.Common/ActionCommand.cs. */
function readAsRunner(
  output: string,
): readonly { name: string; properties: Record<string, string>; data: string }[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => {
    const message = line.trimStart();
    const end = message.indexOf('::', 2);
    if (!message.startsWith('::') || end < 0)
      return message.includes('##[') ? [{ name: message, properties: {}, data: '' }] : [];
    const info = message.slice(2, end);
    const [name = ''] = info.split(' ', 1);
    const pairs = info
      .slice(name.length)
      .trim()
      .split(',')
      .filter((pair) => pair !== '');
    const properties = pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [
        pair.slice(0, at),
        read(pair.slice(at + 1), ['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ',']),
      ];
    });
    const data = read(message.slice(end + 2), ['%0D', '\r'], ['%0A', '\n']);
    return [{ name, properties: Object.fromEntries(properties), data }];
  });
}

function read(text: string, ...pairs: readonly (readonly [string, string])[]): string {
  return [...pairs, ['%25', '%'] as const].reduce((so, [from, to]) => so.replaceAll(from, to), text);
}

describe('the line that makes a runner show an annotation', () => {
  it('has what is known of the place', () => {
    const place = { file: 'a/mcp.yaml', line: 3, endLine: 3, column: 7 };
    expect(
      workflowCommand({ level: 'error', title: 'mcpform X', message: 'no: 100 %,\nand more', ...place }),
    ).toBe('::error title=mcpform X,file=a/mcp.yaml,line=3,endLine=3,col=7::no: 100 %25,%0Aand more');
    expect(workflowCommand({ level: 'notice', title: 'a:b,c', message: 'x' })).toBe(
      '::notice title=a%3Ab%2Cc::x',
    );
    expect(workflowCommand({ level: 'notice', title: '', message: 'x' })).toBe('::notice::x');
  });

  it('is one command that says what was meant, whatever is in the texts', () => {
    const annotation: fc.Arbitrary<Annotation> = fc.record({
      level: fc.constantFrom('error', 'warning', 'notice'),
      // A runner drops the spaces at the end of its properties.
      title: hostileText.map((text) => `a${text}b`),
      message: hostileText,
      file: hostileText.map((text) => `a${text}b`),
      line: fc.nat(),
    });
    fc.assert(
      fc.property(annotation, (wanted) => {
        const { level, title, message, file, line } = wanted;
        const properties = { title, file, line: String(line) };
        expect(readAsRunner(`${workflowCommand(wanted)}\n`)).toEqual([
          { name: level, properties, data: message },
        ]);
      }),
      { numRuns: 1_000 },
    );
  });
});
