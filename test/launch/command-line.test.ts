import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/launch/command-line.ts';
import { batchCommand, isBatchFile } from '../../src/launch/windows-command.ts';
import type { Program } from '../../src/model/launch.ts';

const start = { tree: '/store/tree', args: ['--x', '$& y'], node: '/usr/bin/node' };

describe('the command line of', () => {
  it('a Node program runs its file with the Node that runs us', () => {
    const program: Program = { kind: 'node', file: 'node_modules/a/index.js' };
    expect(commandLine({ ...start, program })).toEqual({
      file: '/usr/bin/node',
      script: '/store/tree/node_modules/a/index.js',
      args: ['/store/tree/node_modules/a/index.js', '--x', '$& y'],
      env: {},
    });
  });

  it('a bundle knows where its folder is, in arguments and variables of its own only', () => {
    const program: Program = {
      kind: 'node',
      file: 'server/index.js',
      args: ['${__dirname}/data', '${HOME}'],
      env: { DATA: '${__dirname}/data;${__dirname}' },
    };
    const line = commandLine({ ...start, args: ['${__dirname}'], program });
    expect(line.args.slice(1)).toEqual(['/store/tree/data', '${HOME}', '${__dirname}']);
    expect(line.env).toEqual({ DATA: '/store/tree/data;/store/tree' });
  });

  it('a program file is that file, in the package or of this machine', () => {
    const program: Program = { kind: 'file', file: 'bin/server', args: ['serve'], env: {} };
    expect(commandLine({ ...start, program })).toEqual({
      file: '/store/tree/bin/server',
      script: null,
      args: ['serve', '--x', '$& y'],
      env: {},
    });
    expect(commandLine({ ...start, program: { ...program, file: '/usr/bin/python3' } }).file).toBe(
      '/usr/bin/python3',
    );
  });

  it.each(['/etc/x.js', '../x.js', 'a/../../x.js', '..', 'C:\\x.js', 'a\\..\\..\\x.js'])(
    'a Node program is never %s',
    (file) => {
      const build = () => commandLine({ ...start, program: { kind: 'node', file } });
      expect(build).toThrow(expect.objectContaining({ code: 'LAUNCH_PROGRAM' }));
    },
  );
});

const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });

describe('the command line of a Python program', () => {
  const program: Program = {
    kind: 'python',
    python: python.stdout?.trim() || '/usr/bin/python3',
    folder: 'site',
    module: 'server.cli',
    object: 'App.main',
  };

  it('isolates the interpreter and names one folder', () => {
    const { file, args } = commandLine({ ...start, program });
    expect(file).toBe(program.python);
    expect(args.slice(0, 4)).toEqual(['-I', '-S', '-B', '-c']);
    expect(args.slice(5)).toEqual(['/store/tree/site', 'server.cli', 'App.main', '--x', '$& y']);
  });
});

describe('a batch file', () => {
  it.each([
    ['C:\\x\\run.cmd', true],
    ['C:\\x\\RUN.BAT', true],
    ['C:\\x\\run.exe', false],
    ['/x/run', false],
  ])('%s: %s', (file, isBatch) => expect(isBatchFile(file)).toBe(isBatch));

  it('starts through cmd, with nothing for cmd to interpret', () => {
    const args = [
      'plain',
      'two words',
      'a&b',
      '%PATH%',
      'say "hi"',
      'C:\\dir\\',
      '',
      '^',
      '!x!',
      'a|b>c<d',
      '(x)',
    ];
    const { file, args: given } = batchCommand('C:\\Program Files\\run.cmd', args, {
      ComSpec: 'C:\\cmd.exe',
    });
    expect(file).toBe('C:\\cmd.exe');
    expect(given.slice(0, 3)).toEqual(['/d', '/s', '/c']);
    const line = given[3] as string;
    expect(line.startsWith('"C:\\Program^ Files\\run.cmd ')).toBe(true);
    expect(line.endsWith('"')).toBe(true);
    // Read as cmd reads it, once for the line and once for the batch file's own `%*`.
    const twice = unhide(unhide(line.slice(1, -1)));
    expect(splitAsPrograms(twice.slice(twice.indexOf('run.cmd ') + 8))).toEqual(args);
    for (const special of '&|<>"%!') expect(bare(line.slice(1, -1), special), special).toEqual([]);
  });

  it('finds cmd without being told where it is', () => {
    expect(batchCommand('x.cmd', [], {}).file).toBe('cmd.exe');
  });
});

/** What cmd makes of `^x`, outside of quotes, of which none are left bare. */
function unhide(text: string): string {
  return text.replace(/\^(.)/g, '$1');
}

/** Places of a character that no `^` hides. */
function bare(text: string, character: string): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '^') at += 1;
    else if (text[at] === character) found.push(at);
  }
  return found;
}

/** https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments */
function splitAsPrograms(line: string): readonly string[] {
  const args: string[] = [];
  let [current, isQuoted, isStarted] = ['', false, false];
  for (let at = 0; at < line.length; at += 1) {
    const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    if (line[at + slashes] === '"') {
      current += '\\'.repeat(Math.floor(slashes / 2));
      at += slashes;
      isStarted = true;
      if (slashes % 2 === 1) current += '"';
      else isQuoted = !isQuoted;
    } else if (slashes > 0) {
      current += '\\'.repeat(slashes);
      at += slashes - 1;
      isStarted = true;
    } else if (line[at] === ' ' && !isQuoted) {
      if (isStarted) args.push(current);
      [current, isStarted] = ['', false];
    } else {
      current += line[at];
      isStarted = true;
    }
  }
  return isStarted ? [...args, current] : args;
}
