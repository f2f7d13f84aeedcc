import type { Terminal } from './terminal.ts';

/** A text that takes the place of the one before it, where a terminal can; elsewhere one comes after the other. */
export type Redraw = (text: string) => void;

export function openRedraw({ out, screen }: Pick<Terminal, 'out' | 'screen'>): Redraw {
  let shown = 0;
  return (text) => {
    if (!screen.canRedraw) {
      out(`${shown === 0 ? '' : '\n'}${text}`);
      shown = 1;
      return;
    }
    const lines = fitting(text.trimEnd().split('\n'), screen.rows() - 1);
    const back = shown === 0 ? '' : `\x1b[${shown}A`;
    // Lines that are too long are cut off: one that wraps would be two to go back over.
    out(`${back}\r\x1b[J\x1b[?7l${lines.join('\n')}\n\x1b[?7h`);
    shown = lines.length;
  };
}

/** What has scrolled away cannot be taken back. */
function fitting(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows || rows < 2) return lines;
  return [...lines.slice(0, rows - 1), `… and ${lines.length - rows + 1} more lines`];
}
