import { escapeText } from '../formats/escape.ts';
import type { LeftContainer, SweepReport } from '../model/sweep.ts';
import { type Palette, palette, SYMBOLS, type TextOptions } from './style.ts';
import { ageWords } from './times.ts';
import { count } from './words.ts';

/** What is left behind: what goes, what only `--older-than` takes, what nobody can tell; and how many go. */
export function renderSweep(report: SweepReport, options: TextOptions): string {
  const colors = palette(options);
  const { containers, hanging } = report;
  const sections = [
    section('Left behind, and removed:', ({ isChosen }) => isChosen),
    section(
      'Like what clients leave behind, not started by mcpform, and perhaps in use; --older-than removes them:',
      ({ standing, isChosen }) => standing === 'suspect' && !isChosen,
    ),
    section(
      'Started by mcpform where nobody can look from here; never removed:',
      ({ standing }) => standing === 'unknown',
    ),
  ];
  function section(title: string, belongs: (container: LeftContainer) => boolean): string {
    const some = containers.filter(belongs);
    if (some.length === 0) return '';
    return [title, ...leftLines(some, Date.parse(report.now), colors)].join('\n');
  }
  const silent = hanging.map((id) => `  ${id.slice(0, 12)}  the engine says nothing about it in time`);
  const parts = [...sections, silent.join('\n'), colors.bold(sweepLine(report))];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** `Remove 2 of 3 containers? Only "yes" does it: ` */
export function sweepQuestion({ containers }: SweepReport): string {
  const chosen = containers.filter(({ isChosen }) => isChosen).length;
  return `Remove ${count(chosen, 'container')}? Only "yes" does it: `;
}

/** One line each: `- 3f2a9c1b7d40  github  12 d  who started it has ended`. */
export function leftLines(
  containers: readonly LeftContainer[],
  nowMs: number,
  colors: Palette,
): readonly string[] {
  const whose = containers.map(({ server, image }) => escapeText(server ?? image));
  const ages = containers.map(({ created }) => ageWords(nowMs - Date.parse(created)));
  const width = Math.max(0, ...whose.map(({ length }) => length));
  const ageWidth = Math.max(0, ...ages.map(({ length }) => length));
  return containers.map(({ id, isChosen, because, state }, at) => {
    const symbol = (isChosen ? SYMBOLS.delete : '?').padStart(3);
    const paint = isChosen ? colors.red : colors.dim;
    const cells = [id.slice(0, 12), whose[at]?.padEnd(width), ages[at]?.padStart(ageWidth)];
    return `${paint(symbol)} ${cells.join('  ')}  ${escapeText(state)}, ${BECAUSE[because]}`;
  });
}

const BECAUSE: Readonly<Record<LeftContainer['because'], string>> = {
  rebooted: 'the machine was started again since',
  ended: 'who started it has ended',
  replaced: 'who started it has ended',
  elsewhere: 'another machine started it',
  hidden: 'it was started where processes are not seen from here',
  'looks-like-mcp': 'its input was attached by somebody',
};

function sweepLine({ containers, hanging }: SweepReport): string {
  if (containers.length === 0 && hanging.length === 0) return 'Nothing is left behind.';
  const chosen = containers.filter(({ isChosen }) => isChosen).length;
  const rest = containers.length - chosen;
  const removed = `${chosen === 0 ? 'No container' : count(chosen, 'container')} to remove`;
  return `${removed}${rest === 0 ? '' : `, ${rest} only listed`}.`;
}
