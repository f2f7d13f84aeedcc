import { createHmac } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wake } from '../../../src/loop/model.ts';
import { type Webhook, type WebhookSettings, webhookWakes } from '../../../src/loop/wake/webhook.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import type { System } from '../../../src/model/system.ts';
import { ManualClock } from '../../../src/system/memory.ts';
import { realSystem } from '../../../src/system/real.ts';
import { run } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';

const SECRET = 'it is a secret';
const BODY = '{"ref":"refs/heads/main"}';
const signed = (body: string, secret = SECRET, hash = 'sha256'): string =>
  createHmac(hash, secret).update(body).digest('hex');
const github = (body = BODY): Record<string, string> => ({ 'x-hub-signature-256': `sha256=${signed(body)}` });

describe('a webhook', () => {
  let home: Home;
  let clock: ManualClock;
  let system: System;
  let webhook: Webhook;
  let wakes: Wake[];
  beforeEach(async () => {
    home = await throwawayHome();
    clock = new ManualClock();
    clock.holdsSleepers = true;
    system = { ...realSystem({}), clock };
    await begin();
  });
  afterEach(async () => {
    await webhook.close();
    await home.remove();
  });

  async function begin(more: Partial<WebhookSettings> = {}): Promise<void> {
    wakes = [];
    const settings = {
      place: { kind: 'loopback', port: 0 },
      secret: new SecretValue(SECRET),
      ...more,
    } as const;
    webhook = webhookWakes(settings, { system });
    await webhook.start((wake) => wakes.push(wake));
  }

  interface Delivery {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly socketPath?: string;
  }

  function deliver(delivery: Delivery): Promise<{ status: number; text: string }> {
    const { method = 'POST', path = '/webhook', headers = github(), body = BODY, socketPath } = delivery;
    const where = socketPath === undefined ? { host: '127.0.0.1', port: webhook.port() } : { socketPath };
    return new Promise((resolve, reject) => {
      const sent = send({ ...where, method, path, headers, agent: false }, async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, text });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const statusOf = async (delivery: Delivery): Promise<number> => {
    const { status, text } = await deliver(delivery);
    expect(text).toBe('');
    return status;
  };

  it.each<[string, Record<string, string>]>([
    ['GitHub', github()],
    ['Gitea and Forgejo', { 'x-gitea-signature': signed(BODY) }],
    ['Bitbucket', { 'x-hub-signature': `sha256=${signed(BODY)}` }],
    ['GitLab', { 'x-gitlab-token': SECRET }],
  ])('wakes for a delivery of %s', async (_, headers) => {
    expect(await statusOf({ headers })).toBe(202);
    expect(wakes).toEqual([{ kind: 'webhook', delivery: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  it.each<[string, Record<string, string>]>([
    ['without a proof', {}],
    ['signed with another secret', { 'x-hub-signature-256': `sha256=${signed(BODY, 'other')}` }],
    ['signed for another body', github('{}')],
    ['with the weaker signature of old', { 'x-hub-signature': `sha1=${signed(BODY, SECRET, 'sha1')}` }],
    ['with a signature that is cut', { 'x-hub-signature-256': `sha256=${signed(BODY).slice(0, 63)}` }],
    ['with an empty signature', { 'x-hub-signature-256': 'sha256=' }],
    ['with the signature in capitals', { 'x-hub-signature-256': `sha256=${signed(BODY).toUpperCase()}` }],
    ['with the secret as a signature', { 'x-hub-signature-256': SECRET }],
    ['with a wrong token', { 'x-gitlab-token': `${SECRET}x` }],
    ['with the signature as a token', { 'x-gitlab-token': signed(BODY) }],
  ])('refuses one %s with 401, and says no more', async (_, headers) => {
    expect(await statusOf({ headers })).toBe(401);
    expect(wakes).toEqual([]);
  });

  it.each<[string, number, Delivery]>([
    ['a page of a browser', 403, { headers: { ...github(), origin: 'https://evil.example' } }],
    ['a page of no origin', 403, { headers: { ...github(), origin: 'null' } }],
    ['a name that leads here', 403, { headers: { ...github(), host: 'evil.example' } }],
    ['a name like ours', 403, { headers: { ...github(), host: 'localhost.evil.example:80' } }],
    ['another path', 404, { path: '/' }],
    ['a path below', 404, { path: '/webhook/../metrics' }],
    ['another method', 405, { method: 'PUT' }],
    ['a body that is too long', 413, { body: 'x'.repeat(1024 * 1024 + 1) }],
  ])('refuses %s with %i', async (_, status, delivery) => {
    expect(await statusOf(delivery)).toBe(status);
    expect(wakes).toEqual([]);
  });

  it('takes a body of exactly 1 MiB, whatever is in it', async () => {
    const body = '\0'.repeat(1024 * 1024);
    expect(await statusOf({ body, headers: github(body) })).toBe(202);
    expect(wakes).toHaveLength(1);
  });

  it('answers to loopback by its names, and to those it is told', async () => {
    for (const host of ['localhost', 'LOCALHOST:99', '127.0.0.1:1', '[::1]:80']) {
      expect(await statusOf({ headers: { ...github(), host } })).toBe(202);
    }
    await webhook.close();
    await begin({ hosts: ['hooks.example.com'] });
    expect(await statusOf({ headers: { ...github(), host: 'hooks.example.com' } })).toBe(202);
  });

  it('wakes once for a delivery that comes again, and remembers a thousand', async () => {
    const delivered = (id: string) => deliver({ headers: { ...github(), 'x-github-delivery': id } });
    const woken = (): readonly string[] =>
      wakes.map((wake) => (wake.kind === 'webhook' ? wake.delivery : ''));
    const rested = async (): Promise<void> => {
      clock.advance(1_000);
      await wait(0);
    };
    expect((await delivered('a-1')).status).toBe(202);
    await rested();
    expect((await delivered('a-1')).status).toBe(202);
    await rested();
    expect(woken()).toEqual(['a-1']);
    for (let n = 0; n < 1_000; n++) await delivered(`b-${n}`);
    await rested();
    await rested();
    const before = wakes.length;
    await delivered('b-5');
    await rested();
    expect(wakes.length).toBe(before);
    await delivered('a-1');
    expect(wakes.length).toBe(before + 1);
  });

  it('does not remember what was refused', async () => {
    const id = { 'x-github-delivery': 'a-1' };
    expect(await statusOf({ headers: id })).toBe(401);
    expect(await statusOf({ headers: { ...github(), ...id } })).toBe(202);
    expect(wakes).toEqual([{ kind: 'webhook', delivery: 'a-1' }]);
  });

  it('gives a name that is none no further', async () => {
    for (const id of ['x'.repeat(101), 'a b', '../..', '<script>']) {
      await deliver({ headers: { ...github(), 'x-github-delivery': id } });
    }
    expect(wakes).toEqual([{ kind: 'webhook', delivery: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  it('wakes at once, then once a second, however many come', async () => {
    const delivered = (n: number) => deliver({ headers: { ...github(), 'x-github-delivery': `${n}` } });
    for (let n = 0; n < 50; n++) await delivered(n);
    expect(wakes).toEqual([{ kind: 'webhook', delivery: '0' }]);
    clock.advance(999);
    await wait(0);
    expect(wakes).toHaveLength(1);
    clock.advance(1);
    await expect.poll(() => wakes).toHaveLength(2);
    expect(wakes[1]).toEqual({ kind: 'webhook', delivery: '49' });
    clock.advance(1_000);
    await wait(5);
    await delivered(50);
    expect(wakes).toHaveLength(3);
  });

  it('believes nobody when its secret is empty', async () => {
    await webhook.close();
    await begin({ secret: new SecretValue('') });
    const headers = { 'x-gitlab-token': '', 'x-gitea-signature': signed(BODY, '') };
    expect(await statusOf({ headers })).toBe(401);
  });

  it('listens at a socket too, whatever name a proxy gives, and after it was killed', async () => {
    await webhook.close();
    const path = join(home.folder, 'hook.sock');
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await run(process.execPath, ['-e', script], { cwd: home.folder, env: home.env });
    await begin({ place: { kind: 'unix', path } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const headers = { ...github(), host: 'hooks.example.com' };
    expect(await statusOf({ socketPath: path, headers })).toBe(202);
  });

  it('does not start where somebody listens already', async () => {
    const second = webhookWakes(
      { place: { kind: 'loopback', port: webhook.port() }, secret: new SecretValue(SECRET) },
      { system },
    );
    await expect(second.start(() => undefined)).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
    await second.close();
  });
});
