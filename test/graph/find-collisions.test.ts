import { expect, it } from 'vitest';
import { findCollisions } from '../../src/graph/find-collisions.ts';
import type { Place } from '../../src/model/resource.ts';

const place = (key: string): Place => ({
  key,
  file: '/h/.claude.json',
  path: ['mcpServers'],
  isShared: false,
});

it('finds nothing where every address has its own place', () => {
  expect(
    findCollisions(
      new Map([
        ['a', place('1')],
        ['b', place('2')],
      ]),
    ),
  ).toEqual([]);
});

it('names all addresses that mean one place, and its file', () => {
  const places = new Map([
    ['claude-code/local:wt/a', place('1')],
    ['claude-code/local/a', place('1')],
    ['claude-code/user/a', place('2')],
  ]);
  expect(findCollisions(places)).toEqual([
    {
      code: 'GRAPH_DUPLICATE_PLACE',
      severity: 'error',
      message: '"claude-code/local/a" and "claude-code/local:wt/a" are one entry in "/h/.claude.json"',
      hint: 'keep one of them: remove the other target',
      address: 'claude-code/local/a',
    },
  ]);
});
