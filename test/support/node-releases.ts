import { resolve } from 'node:path';
import { pins, requireProgram } from './pins.ts';

/** The newest of each line we promise to run on, besides the one that runs the tests. */
export const NODE_RELEASES = pins.node;

const cache = resolve(import.meta.dirname, '../../.cache/node');

export function nodePath(version: string): string {
  return resolve(cache, version, process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Whether that release is there: for `it.runIf`. */
export function requireNode(version: string): boolean {
  return requireProgram(nodePath(version), `Node ${version}`);
}
