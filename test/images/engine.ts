import type { CopyRequest } from '../../src/engine/images/copy-images.ts';
import { parseDestination } from '../../src/engine/images/destination.ts';
import { type LockedImage, lockedImages } from '../../src/engine/images/images-of.ts';
import type { Registries } from '../../src/engine/images/registries.ts';
import type { Context } from '../../src/model/context.ts';
import type { ImagesEvent } from '../../src/report/images-progress.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { contextOn, home } from '../state/machine.ts';
import { RegistryMock } from './registry-mock.ts';

/** A machine in memory, and every registry it asks for. */
export interface EngineWorld {
  readonly ctx: Context;
  readonly at: (host: string) => RegistryMock;
  readonly registries: Registries & { readonly onEvent: (event: ImagesEvent) => void };
  readonly events: readonly ImagesEvent[];
}

export function engineWorld(signal = new AbortController().signal): EngineWorld {
  const { ctx } = contextOn(memorySystem({ tree: { [`${home}/`]: '' } }), signal);
  const mocks = new Map<string, RegistryMock>();
  const at = (host: string): RegistryMock => {
    const mock = mocks.get(host) ?? new RegistryMock();
    mocks.set(host, mock);
    return mock;
  };
  const open = async (host: string): Promise<RegistryMock> => at(host);
  const events: ImagesEvent[] = [];
  const registries = { open, openOrigin: open, onEvent: (event: ImagesEvent) => void events.push(event) };
  return { ctx, at, registries, events };
}

/** Servers and what they are locked to: `NAME[:TAG]@DIGEST`. */
export function lockedAs(pins: Readonly<Record<string, string>>): readonly LockedImage[] {
  return lockedImages(
    Object.entries(pins).map(([server, image]) => ({ server, image, pin: { kind: 'image', image } })),
  );
}

export function requestTo(to: string, more: Partial<CopyRequest> = {}): CopyRequest {
  return {
    to: parseDestination(to),
    keepsTags: true,
    overwrites: false,
    withSignatures: true,
    isDryRun: false,
    parallel: 6,
    ...more,
  };
}
