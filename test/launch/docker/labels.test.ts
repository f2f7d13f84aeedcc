import { describe, expect, it } from 'vitest';
import { launcherLabels, ownerOf } from '../../../src/launch/docker/labels.ts';
import type { MachineIdentity } from '../../../src/model/system.ts';

const launchId = `github-${'0a'.repeat(16)}`;
const identity: MachineIdentity = {
  machineId: 'c'.repeat(32),
  bootId: 'de305d54-75b4-431b-adb2-eb6b9e546014',
  pidNamespace: 'pid:[4026531836]',
  hostName: 'laptop',
  pid: 4711,
  startTime: '123456',
  uid: 1000,
};
const labels = launcherLabels(launchId, 'github', identity);

describe('the labels of a container that a client started', () => {
  it('name launch, server, machine, boot, namespace, process and start, and nothing else', () => {
    expect(labels).toEqual({
      'dev.mcpform.launch': launchId,
      'dev.mcpform.server': 'github',
      'dev.mcpform.machine': 'c'.repeat(32),
      'dev.mcpform.boot': 'de305d54-75b4-431b-adb2-eb6b9e546014',
      'dev.mcpform.pidns': 'pid:[4026531836]',
      'dev.mcpform.pid': '4711',
      'dev.mcpform.started': '123456',
    });
  });

  it('are read back, beside labels of others', () => {
    expect(ownerOf({ ...labels, 'org.opencontainers.image.title': 'x' })).toEqual({
      launchId,
      server: 'github',
      machineId: 'c'.repeat(32),
      bootId: 'de305d54-75b4-431b-adb2-eb6b9e546014',
      pidNamespace: 'pid:[4026531836]',
      pid: 4711,
      startTime: '123456',
    });
  });

  it('say of a machine without namespaces and start times that it has none', () => {
    const bare = launcherLabels(launchId, 'github', { ...identity, pidNamespace: null, startTime: null });
    expect(bare).toMatchObject({ 'dev.mcpform.pidns': '', 'dev.mcpform.started': '' });
    expect(ownerOf(bare)).toMatchObject({ pidNamespace: null, startTime: null });
  });

  it('may hold the start that macOS has words for', () => {
    const mac = launcherLabels(launchId, 'github', { ...identity, startTime: 'Mon Mar  2 09:15:00 2026' });
    expect(ownerOf(mac)?.startTime).toBe('Mon Mar  2 09:15:00 2026');
  });

  it.each(Object.keys(labels))('mean nothing without %s', (name) => {
    const { [name]: _, ...rest } = labels;
    expect(ownerOf(rest)).toBeNull();
  });

  it.each([
    ['launch', '../../etc/passwd'],
    ['launch', `other-${'0a'.repeat(16)}`],
    ['launch', `github-${'0a'.repeat(15)}`],
    ['server', ''],
    ['server', 'git hub'],
    ['server', 'x'.repeat(64)],
    ['machine', 'laptop'],
    ['machine', 'C'.repeat(32)],
    ['boot', ''],
    ['boot', 'a\nb'],
    ['pidns', '\u001b[2J'],
    ['pid', '0'],
    ['pid', '-1'],
    ['pid', '1e3'],
    ['pid', '0x10'],
    ['pid', ' 7'],
    ['pid', '12345678901'],
    ['started', '\0'],
    ['started', 'x'.repeat(129)],
  ])('mean nothing with %s = %j', (name, value) => {
    expect(ownerOf({ ...labels, [`dev.mcpform.${name}`]: value })).toBeNull();
  });

  it('are not inherited, and not taken from what is no text', () => {
    expect(ownerOf(Object.create(labels))).toBeNull();
    expect(ownerOf({ ...labels, 'dev.mcpform.pid': 4711 as unknown as string })).toBeNull();
  });
});
