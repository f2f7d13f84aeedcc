import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../src/action/log.ts';
import { writeOutputs, writeSummary } from '../../src/action/runner-files.ts';
import type { Surroundings } from '../../src/action/surroundings.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { readOutputs } from './support/read-outputs.ts';
import { commandsOf } from './support/runner-commands.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '::set-output name=x::y',
    '  ::error::no',
    '##[error]no',
    'text ##[add-path]/tmp',
    '::stop-commands::x\n::x::\n::warning::y',
    '\u001b[2J\r::debug::z',
    'a\u2028::notice::b',
  ),
);

describe('the log of a job', () => {
  it('takes no command from what came from outside, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (lines) => {
        let printed = '';
        openLog((text) => {
          printed += text;
        }).text(lines.join('\n'));
        expect(commandsOf(printed)).toEqual([]);
      }),
    );
  });

  it('gives our own commands to the runner', () => {
    let printed = '';
    const log = openLog((text) => {
      printed += text;
    });
    log.group('50% of ::it');
    log.text('::error::not ours');
    log.command('::error::ours');
    log.endGroup();
    expect(commandsOf(printed)).toEqual(['::group::50%25 of ::it', '::error::ours', '::endgroup::']);
  });
});

describe('what the runner reads', () => {
  async function written(values: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const system = memorySystem({ tree: { '/runner/out': 'other=1\n' } });
    const around = { system, env: { GITHUB_OUTPUT: '/runner/out' } } as unknown as Surroundings;
    await writeOutputs(values, around);
    return readOutputs((await system.files.read('/runner/out')).toString());
  }

  it('is what was said, also where that looks like more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 3 }), async (lines) => {
        const value = lines.join('\n');
        expect(await written({ plan: value, drift: 'true' })).toEqual({
          other: '1',
          plan: value,
          drift: 'true',
        });
      }),
      { numRuns: 50 },
    );
  });

  it('is nothing where there is no runner', async () => {
    const system = memorySystem();
    const around = { system, env: {} } as unknown as Surroundings;
    await writeOutputs({ a: 'b' }, around);
    await writeSummary('# c', around);
    expect(await system.files.list('/')).not.toContain('out');
  });
});
