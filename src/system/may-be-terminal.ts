import { fstatSync } from 'node:fs';

/** False where this open file is no terminal for certain. Node loads its network code to say it of a stream. */
export function mayBeTerminal(descriptor: number): boolean {
  if (process.platform === 'win32') return true;
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}
