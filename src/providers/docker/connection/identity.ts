import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { EngineIdentity } from '../engine.ts';
import { type Caller, read } from './call.ts';

/** Who an engine is, whatever name and address it has here. */
export async function readIdentity(caller: Caller): Promise<EngineIdentity> {
  const { value } = await read(caller, { doing: 'say who it is', path: '/info' });
  const info = isJsonObject(value) ? value : {};
  const kind = caller.isPodman ? 'podman' : 'docker';
  return {
    id: kind === 'podman' ? podmanId(info) : dockerId(info),
    kind,
    version: textAt(info, 'ServerVersion'),
    apiVersion: caller.version ?? '',
    isRootless: listAt(info, 'SecurityOptions').includes('name=rootless'),
    store: storeOf(info),
    logDriver: textAt(info, 'LoggingDriver'),
    sees: { kernel: textAt(info, 'KernelVersion'), dataFolder: textAt(info, 'DockerRootDir') },
    cannotLimit: Object.entries(LIMITS).flatMap(([can, limits]) => (info[can] === false ? limits : [])),
  };
}

/** What an engine says of its kernel, and the limits that hang on it. */
const LIMITS = {
  MemoryLimit: ['memory', 'memoryReservation'],
  SwapLimit: ['memorySwap'],
  CpuCfsQuota: ['cpus'],
  CPUShares: ['cpuShares'],
  PidsLimit: ['pids'],
};

/**
 * Docker keeps its ID beside its data, so that another one there is another engine. Before 24 it was that of the whole
 * machine (`/etc/docker/key.json`), which an upgrade keeps; it has colons in it.
 */
function dockerId(info: JsonObject): string {
  const id = textAt(info, 'ID');
  if (id === '') return `docker:${placeOf(info)}`;
  return id.includes(':') ? `docker:${id}:${textAt(info, 'DockerRootDir')}` : `docker:${id}`;
}

/** Podman makes up another ID for each answer. */
function podmanId(info: JsonObject): string {
  return `podman:${placeOf(info)}`;
}

function placeOf(info: JsonObject): string {
  return `${textAt(info, 'Name')}:${textAt(info, 'DockerRootDir')}`;
}

function storeOf(info: JsonObject): string {
  const isContainerd = listAt(info, 'DriverStatus').some(
    (pair) => Array.isArray(pair) && String(pair[1]).startsWith('io.containerd.snapshotter'),
  );
  return isContainerd ? 'containerd' : textAt(info, 'Driver');
}

function textAt(value: JsonObject, key: string): string {
  const text = value[key];
  return typeof text === 'string' ? text : '';
}

function listAt(value: JsonObject, key: string): readonly unknown[] {
  const list = value[key];
  return Array.isArray(list) ? list : [];
}
