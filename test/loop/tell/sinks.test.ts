import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConceal } from '../../../src/formats/conceal.ts';
import { desktop } from '../../../src/loop/tell/notify/desktop.ts';
import type { Delivery, Sink } from '../../../src/loop/tell/notify/sink.ts';
import { slack } from '../../../src/loop/tell/notify/slack.ts';
import { toMessage } from '../../../src/loop/tell/notify/to-message.ts';
import { webhook } from '../../../src/loop/tell/notify/webhook.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import { RECOVERED, transition } from './examples.ts';
import { type NotifyDouble, notifyDouble } from './notify-double.ts';

const system = realSystem({});
const KEY = new SecretValue('key-canary-51');
const { signal } = new AbortController();
const message = (...args: Parameters<typeof transition>) =>
  toMessage(transition(...args), { conceal: createConceal() });

let double: NotifyDouble;
beforeEach(async () => {
  double = await notifyDouble();
});
afterEach(() => double.close());

const hook = (url = `${double.url}/hook`, listedHosts: readonly string[] = [double.host]): Sink =>
  webhook({ url, key: KEY, listedHosts }, { system });

describe('a webhook', () => {
  it('gets JSON that its key signs together with the time', async () => {
    const sent = message({}, { addresses: ['claude-code/user/github'] });
    expect(await hook().send(sent, signal)).toEqual({ kind: 'sent' });
    const { path, headers, body } = double.received[0] ?? { path: '', headers: {}, body: '' };
    const timestamp = headers['x-mcpform-timestamp'];
    const expected = createHmac('sha256', 'key-canary-51').update(`${timestamp}.${body}`).digest('hex');
    expect(path).toBe('/hook');
    expect(headers['x-mcpform-signature']).toBe(`sha256=${expected}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers['x-mcpform-delivery']).toBe(sent.id);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({ formatVersion: '1.0', ...sent });
    expect(JSON.stringify(headers) + body).not.toContain('canary');
  });

  it.each<[number, Partial<Delivery>]>([
    [204, { kind: 'sent' }],
    [301, { kind: 'refused', why: 'redirect (status 301), which is not followed' }],
    [400, { kind: 'refused', why: 'status 400' }],
    [404, { kind: 'refused' }],
    [408, { kind: 'later' }],
    [429, { kind: 'later', why: 'status 429' }],
    [500, { kind: 'later' }],
    [503, { kind: 'later' }],
  ])('that answers with status %i is %o', async (status, delivery) => {
    double.answer({ status, headers: { location: `${double.url}/elsewhere` } });
    expect(await hook().send(message(), signal)).toMatchObject(delivery);
    expect(double.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('may say how long it wants to be left alone', async () => {
    double.answer({ status: 429, headers: { 'retry-after': '17' } });
    expect(await hook().send(message(), signal)).toMatchObject({ kind: 'later', afterMs: 17_000 });
    const date = new Date(Date.now() + 60_000).toUTCString();
    double.answer({ status: 503, headers: { 'retry-after': date } });
    const { afterMs = 0 } = (await hook().send(message(), signal)) as { afterMs?: number };
    expect(afterMs).toBeGreaterThan(50_000);
    double.answer({ status: 503, headers: { 'retry-after': 'soon' } });
    expect(await hook().send(message(), signal)).toEqual({ kind: 'later', why: 'status 503' });
  });

  it('that is not there is tried later, and its address is not said', async () => {
    const sink = hook();
    await double.close();
    expect(await sink.send(message(), signal)).toEqual({ kind: 'later', why: 'ECONNREFUSED' });
    double = await notifyDouble();
  });

  it('on a private address gets nothing, unless it is listed: by number or by name', async () => {
    const { port } = new URL(double.url);
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '192.168.1.1', '[fd00::1]']) {
      const sink = hook(`https://${host}:${port}/hook`, []);
      expect(await sink.send(message(), signal)).toEqual({
        kind: 'refused',
        why: 'address of this machine or a private network that is not listed',
      });
    }
    expect(double.received).toEqual([]);
    expect(await hook(`http://localhost:${port}/`, ['localhost']).send(message(), signal)).toEqual({
      kind: 'sent',
    });
  });

  it('on a metadata address gets nothing, listed or not', async () => {
    const sink = hook('http://169.254.169.254/', ['169.254.169.254']);
    expect(await sink.send(message(), signal)).toMatchObject({ kind: 'refused' });
  });

  it.each([
    ['plain http', 'http://canary.example.com/x'],
    ['another scheme', 'file:///canary'],
    ['a password', 'https://user:canary@example.com/'],
    ['no URL', 'canary'],
  ])('cannot be %s, and that is said without the address', (_what, url) => {
    let said = '';
    try {
      hook(url);
    } catch (error) {
      said = `${error} ${JSON.stringify(error)}`;
    }
    expect(said).toContain('LOOP_SINK_INVALID');
    expect(said).not.toContain('canary');
  });
});

describe('a Slack webhook', () => {
  const toSlack = (): Sink => {
    const url = new SecretValue(`${double.url}/services/T0/B0/canary`);
    return slack({ url, listedHosts: [double.host] }, { system });
  };
  const textOf = (at: number): string => JSON.parse(double.received[at]?.body ?? '{}').text;

  it('gets a few lines for a problem and one when it is over', async () => {
    const sink = toSlack();
    expect(sink.name).not.toContain('canary');
    const about = { addresses: ['claude-code/user/github'] };
    expect(await sink.send(message({}, about), signal)).toEqual({ kind: 'sent' });
    await sink.send(message(RECOVERED), signal);
    expect(textOf(0)).toBe(
      'mcpform: tools: ApplyFailed\nReady is False: one step failed\nabout claude-code/user/github\nat main@\u2060sha1:3f1c9ab2',
    );
    expect(textOf(1)).toBe('mcpform: tools: recovered: Ready is True: all is as declared');
    expect(double.received[0]?.path).toBe('/services/T0/B0/canary');
  });

  it('is sent nothing that calls people or is a link', async () => {
    await toSlack().send(
      message({ message: '<!channel> <https://evil.example|docs> @here & co' }, { addresses: ['<@U1>'] }),
      signal,
    );
    expect(textOf(0)).not.toMatch(/[<>]|@(?!\u2060)/);
    expect(JSON.parse(double.received[0]?.body ?? '{}')).toMatchObject({ mrkdwn: false });
  });

  it('gets no more than fits, whatever it is about', async () => {
    const addresses = Array.from({ length: 5000 }, (_, at) => `claude-code/user/${at}`);
    await toSlack().send(message({ message: 'x'.repeat(1e6) }, { addresses }), signal);
    expect(textOf(0).length).toBeLessThan(4000);
    expect(textOf(0)).toContain('and 4980 more');
  });
});

describe('a notice on the desktop', () => {
  type Ran = { readonly command: string; readonly args: readonly string[]; readonly env: unknown };
  const stage = (platform: NodeJS.Platform, result: number | 'ENOENT' = 0) => {
    const ran: Ran[] = [];
    const memory = memorySystem({
      run: async (command, args, { env } = {}) => {
        if (result === 'ENOENT') throw Object.assign(new Error('x'), { code: result });
        ran.push({ command, args, env });
        return { exitCode: result, stdout: '', stderr: '' };
      },
    });
    return { ran, sink: desktop({ system: memory, platform, env: {} }) };
  };

  it('is notify-send, which takes the texts as texts, and stays quiet when it is over', async () => {
    const { ran, sink } = stage('linux');
    await sink.send(message({ message: '-x <b>&amp;' }), signal);
    await sink.send(message(RECOVERED), signal);
    const [problem, recovery] = ran;
    expect([problem?.command, ...(problem?.args ?? [])]).toEqual([
      'notify-send',
      '--app-name=mcpform',
      '--urgency=normal',
      '--',
      'mcpform: tools: ApplyFailed',
      'Ready is False: -x &lt;b&gt;&amp;amp;',
    ]);
    expect(recovery?.args).toContain('--urgency=low');
  });

  it.each(['darwin', 'win32'] as const)('on %s never has a text in a script', async (platform) => {
    const { ran, sink } = stage(platform);
    await sink.send(message({ message: '"; beep; "$(beep)`' }), signal);
    const [{ args, env }] = ran as [Ran];
    const scripts = platform === 'darwin' ? args.slice(0, 6) : args;
    expect(scripts.join('\n')).not.toContain('beep');
    expect(JSON.stringify([args.slice(6), env])).toContain('beep');
  });

  it('is given up where nothing shows notices, and tried again where that failed', async () => {
    expect(await stage('linux', 'ENOENT').sink.send(message(), signal)).toMatchObject({ kind: 'refused' });
    expect(await stage('linux', 1).sink.send(message(), signal)).toMatchObject({ kind: 'later' });
  });
});
