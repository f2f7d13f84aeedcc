import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notifyDouble } from '../loop/tell/notify-double.ts';
import { start } from './child.ts';
import { onStage } from './stage.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  a: { command: node, args: [x.js] }
`;

function get(socketPath: string, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, agent: false }, (response) => {
      let body = '';
      response.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe.runIf(process.platform !== 'win32')('a loop that is left running', () => {
  it('says what it does as JSON, to monitors and to who is notified, and ends when it is told to', () =>
    onStage(async (stage) => {
      const double = await notifyDouble();
      const socket = join(stage.home.folder, 'metrics.sock');
      await stage.write({ '.config/mcpform/.keep': '' });
      await writeFile(
        join(stage.home.folder, '.config/mcpform/notify.yaml'),
        `allowHosts: ["${double.host}"]\nwebhooks:\n  - url: ${double.url}/hook\n    key: { env: KEY }\n`,
        { mode: 0o600 },
      );
      const args = ['reconcile', '--mode', 'warn', '--log', 'json', '--metrics', socket];
      const child = start(args, stage.home, { KEY: 'key-canary' });
      await child.says('"pass":1');
      expect(await get(socket, '/healthz')).toEqual({
        status: 200,
        body: '{"status":"ok","reasons":[]}\n',
      });
      const metrics = (await get(socket, '/metrics')).body;
      expect(metrics).toContain('mcpform_resources{action="create"} 1\n');
      expect(metrics).toContain('mcpform_held{because="observed"} 1\n');
      await expect.poll(() => double.received.length, { timeout: 10_000 }).toBeGreaterThan(0);
      child.kill('SIGTERM');
      const { stdout, stderr } = await child.ended;
      expect(stdout).toBe('');
      const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
      expect(lines.map((line) => JSON.parse(line)).find((line) => line.pass === 1)).toMatchObject({
        level: 'info',
        result: 'pending',
        held: { 'claude-code/user/a': 'observed' },
      });
      expect(JSON.parse(double.received[0]?.body ?? '')).toMatchObject({ stack: 'tools', kind: 'problem' });
      expect(stderr + double.received[0]?.body).not.toContain('canary');
      await expect(get(socket, '/healthz')).rejects.toThrow();
      await double.close();
    }, MANIFEST));

  it('goes on when nothing can be written to its log', () =>
    onStage(async (stage) => {
      const socket = join(stage.home.folder, 'metrics.sock');
      await stage.write({ log: 'a file where a folder would be' });
      const file = join(stage.home.folder, 'log', 'tools.log');
      const child = start(['reconcile', '--log-file', file, '--metrics', socket], stage.home);
      await child.says('applied: 1 step');
      await expect
        .poll(async () => (await get(socket, '/metrics')).body, { timeout: 15_000 })
        .toMatch(/^mcpform_log_lines_lost_total [1-9]/m);
      child.kill('SIGTERM');
      await child.ended;
    }, MANIFEST));

  it.skipIf(process.platform !== 'linux')('goes on when the disk under its stderr is full', () =>
    onStage(async (stage) => {
      const socket = join(stage.home.folder, 'metrics.sock');
      const script = 'exec "$0" "$@" 2>/dev/full';
      const child = start(['reconcile', '--log', 'json', '--metrics', socket], stage.home, {}, script);
      await expect
        .poll(async () => (await get(socket, '/metrics').catch(() => ({ body: '' }))).body, {
          timeout: 15_000,
        })
        .toContain('mcpform_apply_total{result="done"} 1\n');
      child.kill('SIGTERM');
      expect(await child.ended).toMatchObject({ signal: null });
    }, MANIFEST),
  );
});
