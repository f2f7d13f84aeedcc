import { describe, expect, it } from 'vitest';
import { createConceal } from '../../../src/formats/conceal.ts';
import { readNotify } from '../../../src/loop/tell/notify/read-notify.ts';
import { context } from '../service/examples.ts';

const PATH = '/home/ada/.config/mcpform/notify.yaml';
const ENV = {
  HOOK_KEY: 'key-canary-7f3a',
  SLACK: 'https://hooks.slack.com/services/T/B/canary',
  TOKEN: 'tok-canary',
};

const WHOLE = `
allowHosts: [chat.corp.internal]
webhooks:
  - url: https://ops.example.com/mcpform
    key: { env: HOOK_KEY }
slack:
  - url: { env: SLACK }
desktop: true
githubStatus:
  - repository: acme/tools
    token: { env: TOKEN }
    context: mcpform/laptop
`;

async function read(text: string | null, mode = 0o600) {
  const conceal = createConceal();
  const ctx = context({ tree: text === null ? {} : { [PATH]: text } }, { env: ENV, conceal });
  if (text !== null) await ctx.system.files.changeMode(PATH, mode);
  return { settings: await readNotify(ctx), conceal };
}

describe('notify.yaml', () => {
  it('says who is notified, and its secrets are known to all that shows texts', async () => {
    const { settings, conceal } = await read(WHOLE);
    expect(JSON.parse(JSON.stringify(settings))).toEqual({
      listedHosts: ['chat.corp.internal'],
      webhooks: [{ url: 'https://ops.example.com/mcpform', key: '(secret)' }],
      slacks: [{ url: '(secret)' }],
      hasDesktop: true,
      statuses: [
        {
          repository: 'acme/tools',
          context: 'mcpform/laptop',
          api: 'https://api.github.com',
          token: '(secret)',
        },
      ],
    });
    expect(settings?.webhooks[0]?.key.reveal()).toBe('key-canary-7f3a');
    expect(conceal.conceal(Object.values(ENV).join(' '))).not.toContain('canary');
  });

  it('need not be there', async () => {
    expect((await read(null)).settings).toBeNull();
  });

  it('may be nearly empty', async () => {
    expect((await read('desktop: false\n')).settings).toMatchObject({ webhooks: [], hasDesktop: false });
  });

  it('that others may write is refused', async () => {
    await expect(read(WHOLE, 0o620)).rejects.toMatchObject({ code: 'LOOP_SINK_INVALID' });
  });

  it.each([
    ['is no YAML', 'a: [canary'],
    ['is no table', '- canary'],
    ['has a name that nobody knows', 'canary: 1'],
    ['has a pasted secret', 'slack:\n  - url: https://hooks.slack.com/services/T/B/canary'],
    ['has a secret that is not one line', 'slack:\n  - url: { exec: [canary] }'],
    ['has two sources of one secret', 'slack:\n  - url: { env: SLACK, file: /canary }'],
    ['has a relative file', 'slack:\n  - url: { file: canary }'],
    ['has a reference that is none', 'slack:\n  - url: { op: canary }'],
    [
      'has an address that is not https',
      'webhooks:\n  - url: http://canary.example\n    key: { env: HOOK_KEY }',
    ],
    ['has a webhook without a key', 'webhooks:\n  - url: https://canary.example'],
    ['has no list where there is one', 'webhooks: canary'],
  ])('that %s is refused, without saying what is there', async (_what, text) => {
    const error = await read(text).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'LOOP_SINK_INVALID' });
    expect(`${error} ${(error as { hint?: string }).hint}`).not.toContain('canary');
  });

  it('whose secret is not there says which, and not more', async () => {
    const text = 'slack:\n  - url: { env: ABSENT }';
    await expect(read(text)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });
});
