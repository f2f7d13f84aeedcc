import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { PackagePin } from '../model/lock.ts';

/** The folder of trees beside a lock: `mcp.lock.yaml` → `mcp.lock.d`. */
export function lockFolderOf(lockPath: string): string {
  return `${basename(lockPath).replace(/\.ya?ml$/, '')}.d`;
}

/**
 * The file that holds the tree of a server's pin, in the format of its ecosystem; null where a pin needs none. Two
 * names that differ in case alone get two files on every disk, and none is a device on Windows.
 */
export function treeFileName(server: string, { package: text }: Pick<PackagePin, 'package'>): string | null {
  const ecosystem = text.slice(0, text.indexOf(':'));
  switch (ecosystem) {
    case 'npm':
    case 'git':
      return `${stemOf(server)}.npm.json`;
    case 'pypi':
      return `${stemOf(server)}.requirements.txt`;
    default:
      return null;
  }
}

/** Names of our files in that folder; whatever else is there belongs to somebody else. */
export function isTreeFileName(name: string): boolean {
  return /\.(?:npm\.json|requirements\.txt)$/.test(name);
}

/** `sha256:` + hex of a tree's text, as Git may hand it out on any system: `\r\n` counts as `\n`. */
export function treeDigest(text: string): string {
  return `sha256:${hash('sha256', text.replaceAll('\r\n', '\n'))}`;
}

/** `GitHub` → `github~i`: no name of a server has a `~`, and what follows it says which letters are capitals. */
function stemOf(server: string): string {
  const lower = server.toLowerCase();
  if (lower === server && !DEVICE.test(server)) return server;
  const capitals = [...server].map((letter, index) => (letter === lower[index] ? '0' : '1')).join('');
  return `${lower}~${BigInt(`0b${capitals}`).toString(36)}`;
}

// https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
