import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthTarget } from '../../../src/model/health.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { expandVariables } from '../../../src/providers/claude-code/expand-variables.ts';
import { claudeCode } from '../../../src/providers/claude-code/index.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { writeFiles } from '../../support/world.ts';
import { observe, projectIn, realWorld, USER } from './world.ts';

describe('variables of an entry', () => {
  const variables = { A: 'valA', B: '${A}', EMPTY: '' };
  // As the real client was seen to do it: reference on claude-code, section 4.
  it.each([
    ['${A}', 'valA'],
    ['x-${A}-${A}', 'x-valA-valA'],
    ['${MISS}', '${MISS}'],
    ['${MISS:-d}', 'd'],
    ['${MISS:-}', ''],
    ['${EMPTY:-d}', ''],
    ['${MISS:-a:-b}', 'a:-b'],
    ['${B}', '${A}'],
    ['$A ~ ${MISS-x}', '$A ~ ${MISS-x}'],
    ['$${A}', '$valA'],
    ['\\${A}', '\\valA'],
    ['${A:-${B}}', 'valA}'],
    ['${MISS:-${B}}', '${B}'],
    ['${toString}', '${toString}'],
  ])('are expanded as the client does it: %s', (text, expanded) => {
    expect(expandVariables(text, variables)).toBe(expanded);
  });
});

describe('the server of an entry', () => {
  let home: Home;
  beforeAll(async () => {
    home = await throwawayHome();
    await writeFiles(home.folder, { '.claude/settings.json': { env: { FROM_SETTINGS: 'set' } } });
  });
  afterAll(() => home.remove());

  async function reached(
    observed: JsonObject,
    { declared = observed, target = USER }: { declared?: JsonObject; target?: typeof USER } = {},
  ): Promise<HealthTarget | null | undefined> {
    const { ctx } = realWorld(home, { PATH: '/usr/bin:/bin', TOKEN: 'abc' });
    const observation = await observe(ctx, { targets: [target] });
    return await claudeCode.reach?.(
      { server: 'x', target, observed, declared, filled: [] },
      observation,
      ctx,
    );
  }

  it('is started with the whole environment of its client, settings included, and its own variables', async () => {
    const entry = {
      ...{ type: 'stdio', command: '${TOKEN}-server', args: ['--set', '${FROM_SETTINGS}'] },
      env: { OWN: 'Bearer ${TOKEN}', PATH: '/opt:${PATH}' },
    };
    expect(await reached(entry)).toEqual({
      ...{ kind: 'stdio', command: 'abc-server', args: ['--set', 'set'] },
      env: expect.objectContaining({
        ...{ OWN: 'Bearer abc', PATH: '/opt:/usr/bin:/bin', TOKEN: 'abc', FROM_SETTINGS: 'set' },
      }),
    });
  });

  it('is started in the folder of its project', async () => {
    const entry = { type: 'stdio', command: 'x', args: [] };
    expect(await reached(entry, { target: projectIn(home.project) })).toMatchObject({ cwd: home.project });
  });

  it.each(['http', 'sse', 'ws'])(
    'is called over %s with headers of its entry and of its helper',
    async (type) => {
      const helper = `printf '{"X-Name": "%s", "X-Url": "%s", "A": "helped"}' "$CLAUDE_CODE_MCP_SERVER_NAME" "$CLAUDE_CODE_MCP_SERVER_URL"`;
      const entry = {
        ...{ type, url: 'http://127.0.0.1:1/${TOKEN}', headersHelper: helper },
        headers: { A: 'own', B: '${TOKEN}' },
      };
      expect(await reached(entry)).toEqual({
        ...{ kind: 'http', transport: type, url: 'http://127.0.0.1:1/abc' },
        headers: { A: 'helped', B: 'abc', 'X-Name': 'x', 'X-Url': 'http://127.0.0.1:1/abc' },
      });
    },
  );

  it.each([
    ['fails', 'exit 3', 'ended with exit code 3'],
    ['prints no JSON', 'echo hello', 'printed something else than headers'],
    ['prints something else', 'echo [1]', 'printed something else than headers'],
    ['prints a header that is no text', `echo '{"A": 1}'`, 'printed something else than headers'],
  ])('cannot be called when its helper %s', async (_, headersHelper, message) => {
    const entry = { type: 'http', url: 'http://127.0.0.1:1/', headersHelper };
    await expect(reached(entry)).rejects.toMatchObject({
      code: 'HEALTH_TARGET',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['command', { type: 'stdio', command: 'y', args: [] }],
    ['arguments', { type: 'stdio', command: 'x', args: ['--other'] }],
    ['kind', { type: 'http', url: 'http://127.0.0.1:1/' }],
    ['variable in a command', { type: 'stdio', command: '${X}', args: [] }],
    ['header helper', { type: 'stdio', command: 'x', args: [], headersHelper: 'touch /tmp/never' }],
  ])('is not reached at all when the entry has another %s than is declared', async (_, observed) => {
    const declared = { type: 'stdio', command: 'x', args: [] };
    expect(await reached(observed, { declared })).toBe(null);
  });

  it('gets no header at another address than is declared', async () => {
    const declared = { type: 'http', url: 'http://127.0.0.1:1/', headers: { A: '${TOKEN}' } };
    expect(await reached(declared)).toMatchObject({ headers: { A: 'abc' } });
    expect(await reached({ ...declared, url: 'http://127.0.0.1:2/' }, { declared })).toBe(null);
  });
});
