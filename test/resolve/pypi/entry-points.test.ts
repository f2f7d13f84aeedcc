import { expect, it } from 'vitest';
import { parseEntryPoints } from '../../../src/resolve/pypi/entry-points.ts';

it('reads the console scripts, and none that is not a pair of plain names', () => {
  const text = [
    '[gui_scripts]',
    'window = app:main',
    '[console_scripts]',
    'mcp-server-time = mcp_server_time:main',
    ' spaced = a.b : c.d [extra]',
    'no-object = module',
    `code = os:system("x")`,
    `quoted = a";import os;":main`,
    'bad name = a:b',
    '../up = a:b',
    'digits = 1a:b',
    '[other]',
    'else = a:b',
  ].join('\r\n');
  expect(parseEntryPoints(text, 'console_scripts')).toEqual([
    { name: 'mcp-server-time', module: 'mcp_server_time', object: 'main' },
    { name: 'spaced', module: 'a.b', object: 'c.d' },
  ]);
});
