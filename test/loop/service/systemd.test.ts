import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mark } from '../../../src/loop/service/mark.ts';
import { systemdUnit } from '../../../src/loop/service/systemd-unit.ts';
import { AWKWARD, spec } from './examples.ts';

const hasSystemd = existsSync('/usr/bin/systemd-analyze');
if (!hasSystemd) console.warn('systemd-analyze is not there: no unit is verified');

const folder = mkdtempSync(join(tmpdir(), 'mcpform-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What systemd says against a unit, and nothing when it takes it. */
function complaints(text: string): string {
  const file = join(folder, 'mcpform-x.service');
  writeFileSync(file, text);
  const env = { PATH: '/usr/bin:/bin', HOME: folder, XDG_RUNTIME_DIR: folder };
  const ran = spawnSync('systemd-analyze', ['--user', 'verify', '--man=no', file], { env, encoding: 'utf8' });
  return `${ran.stdout}${ran.stderr}`;
}

/** As systemd reads a line of words (systemd.syntax(7), systemd.service(5)), written down a second time. */
function read(line: string): readonly string[] {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replace(/\\(.)/g, '$1').replaceAll('%%', '%'),
  );
  return words.map((word, at) => (at === 0 ? word : word.replaceAll('$$', '$')));
}

const lineOf = (unit: string, key: string): string =>
  unit.split('\n').find((line) => line.startsWith(`${key}=`)) ?? '';

describe('a systemd unit', () => {
  it('is this text', () => {
    expect(systemdUnit(spec())).toMatchInlineSnapshot(`
      "# mcpform service sha256:?
      # Do not edit: \`systemctl --user edit\` adds to it.
      [Unit]
      Description=mcpform reconcile: tools of /home/ada/work/mcp.yaml
      # Never given up: how often it is started is for RestartSec alone to say.
      StartLimitIntervalSec=0

      [Service]
      Type=exec
      ExecStart="/usr/local/bin/node" "/opt/mcpform/dist/mcpform.cjs" "reconcile" "--interval" "5m"
      ExecReload=/bin/kill -HUP $MAINPID
      WorkingDirectory=/home/ada/work
      Environment="PATH=/usr/local/bin:/usr/bin"
      Restart=on-failure
      RestartSec=30
      # What no other start mends: wrong arguments, and what policy denies.
      RestartPreventExitStatus=6 64
      SuccessExitStatus=130
      # The loop ends what it started itself; what is left after ten seconds is killed.
      KillMode=mixed
      TimeoutStopSec=10
      NoNewPrivileges=yes
      LockPersonality=yes
      RestrictRealtime=yes
      RestrictSUIDSGID=yes

      [Install]
      WantedBy=default.target
      "
    `);
  });

  const isTaken = (): void => {
    for (const [at, awkward] of AWKWARD.filter((text) => text !== '' && !text.includes('/')).entries()) {
      const place = join(folder, `${at} ${awkward}`);
      const started = join(folder, `${at} ${awkward.replace(/["'\\]/g, '')}`);
      for (const each of new Set([place, started])) mkdirSync(each);
      const command = join(started, 'node');
      writeFileSync(command, '#!/bin/sh\n');
      chmodSync(command, 0o755);
      const env = { PATH: `/usr/bin:${awkward}`, HTTP_PROXY: awkward };
      const text = mark(systemdUnit(spec({ command, folder: place, args: AWKWARD, env, about: awkward })));
      expect(complaints(text), awkward).toBe('');
    }
    // And it would say so: no program, a path that it does not start, a setting that there is not.
    expect(complaints(systemdUnit(spec({ command: join(folder, '2 quotes " and node') })))).toContain(
      'special characters',
    );
    expect(complaints(systemdUnit(spec({ command: join(folder, 'absent') })))).toContain('not executable');
    expect(complaints(systemdUnit(spec({ command: '/bin/true' })).replace('KillMode', 'KillMood'))).toContain(
      'Unknown key',
    );
  };
  if (hasSystemd) it('is taken by systemd as it is, whatever paths and arguments there are', isTaken);

  it('passes every argument and variable on as it is', () => {
    const env = Object.fromEntries(AWKWARD.map((value, at) => [`NAME_${at}`, value] as const));
    const unit = systemdUnit(spec({ args: AWKWARD, env }));
    expect(read(lineOf(unit, 'ExecStart'))).toEqual(['/usr/local/bin/node', ...AWKWARD]);
    const lines = unit.split('\n').filter((line) => line.startsWith('Environment='));
    expect(lines.map((line) => read(line)[0])).toEqual(AWKWARD.map((value, at) => `NAME_${at}=${value}`));
  });

  it('is started again after a failure, without an end and without a storm', () => {
    const unit = systemdUnit(spec());
    expect(lineOf(unit, 'StartLimitIntervalSec')).toBe('StartLimitIntervalSec=0');
    expect(lineOf(unit, 'Restart')).toBe('Restart=on-failure');
    expect(Number(lineOf(unit, 'RestartSec').split('=')[1])).toBeGreaterThanOrEqual(10);
    expect(unit.indexOf('StartLimitIntervalSec')).toBeLessThan(unit.indexOf('[Service]'));
  });
});
