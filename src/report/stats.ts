import { escapeText } from '../formats/escape.ts';
import type { ContainerUse, CpuUse, MemoryUse, StatsReport } from '../model/running.ts';
import { binaryWords } from './binary-words.ts';
import { bytesWords } from './images-bytes.ts';
import { type Palette, palette, type TextOptions } from './style.ts';

/** A table of what containers use, and of what limit. */
export function renderStats({ containers }: StatsReport, options: TextOptions): string {
  const colors = palette(options);
  if (containers.length === 0) return 'No container of this stack is there.\n';
  const rows = containers.map(cellsOf);
  const widths = HEAD.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (LEFT.has(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = rows.map((row, at) => paint(containers[at] as ContainerUse, colors)(line(row)));
  return `${[colors.bold(line(HEAD)), ...lines].join('\n')}\n`;
}

const HEAD = ['SERVER', 'CONTAINER', 'STATE', 'CPU', 'MEMORY', 'NET IN', 'NET OUT', 'PIDS'];
const LEFT = new Set([0, 1, 2]);

function cellsOf({ server, id, state, health, cpu, memory, network, pids }: ContainerUse): readonly string[] {
  return [
    escapeText(server),
    id === null ? '-' : id.slice(0, 12),
    escapeText(health === undefined ? state : `${state} (${health})`),
    cpu === null ? '-' : cpuWords(cpu),
    memory === null ? '-' : memoryWords(memory),
    network === null ? '-' : bytesWords(network.receivedBytes),
    network === null ? '-' : bytesWords(network.sentBytes),
    pids === null ? '-' : pids.limit === null ? `${pids.current}` : `${pids.current} of ${pids.limit}`,
  ];
}

/** Of the limit, where there is one: then 100 % is all it can have. */
function cpuWords({ percent, limitCores }: CpuUse): string {
  const share = `${percent.toFixed(1)} %`;
  return limitCores === null ? share : `${share} of ${limitCores}`;
}

function memoryWords({ usedBytes, limitBytes, percent }: MemoryUse): string {
  const used = binaryWords(usedBytes);
  if (limitBytes === null || percent === null) return used;
  return `${used} of ${binaryWords(limitBytes)} (${percent.toFixed(0)} %)`;
}

/** What is at its limit, or not at work, should be seen. */
function paint({ state, health, memory, pids }: ContainerUse, colors: Palette): (line: string) => string {
  if (state !== 'running' || health === 'unhealthy') return colors.red;
  const isFull = (memory?.percent ?? 0) >= 90 || (pids?.limit ?? Infinity) <= (pids?.current ?? 0);
  return isFull ? colors.yellow : (line) => line;
}
