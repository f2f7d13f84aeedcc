import { describe, expect, it } from 'vitest';
import { removalIn } from '../../../src/launch/image/remove-container.ts';

const id = 'f'.repeat(64);

describe('the answer to a removal', () => {
  it.each([
    ['20.10 and 28, removed', id, true, 'gone'],
    ['by name', 'mcpform.files.1', false, 'gone'],
    ['20.10, not there', `Error: No such container: ${id}`, true, 'gone'],
    ['28, not there', `Error response from daemon: No such container: ${id}`, true, 'gone'],
    ['not there, and perhaps on its way', 'Error: No such container: mcpform.files.1', false, 'absent'],
    [
      'no engine',
      'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
      true,
      'unknown',
    ],
    ['somebody else is at it', `Error: removal of container ${id} is already in progress`, true, 'unknown'],
    ['killed for taking too long', 'hangs', true, 'unknown'],
  ] as const)('%s', (_what, answer, isId, removal) => {
    expect(removalIn(answer, { target: isId ? id : 'mcpform.files.1', isId })).toBe(removal);
  });
});
