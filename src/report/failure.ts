import { escapeText } from '../formats/escape.ts';
import type { McpformError } from '../model/error.ts';
import { type FindingsTextOptions, findingsLine, position, renderFindings } from './findings.ts';
import { palette, wrap } from './style.ts';

/** Where a bug is to be told. */
const ISSUES = 'https://github.com/mcpform/mcpform/issues/new';

/** What the world said no to, for people: the findings it stands for, then what happened and what to do. */
export function renderFailure(error: McpformError, options: FindingsTextOptions): string {
  const colors = palette(options);
  const total = findingsLine(error.findings);
  const message =
    escapeText(error.message) + (total === '' || error.message.endsWith(total) ? '' : ` (${total})`);
  const title = `error[${error.code}]: `;
  const [first = '', ...rest] = wrap(message, options.width, title, '  ');
  const lines = [
    colors.bold(colors.red(title.trimEnd())) + colors.bold(first.slice(title.length - 1)),
    ...rest.map((line) => colors.bold(line)),
    ...(error.at === undefined ? [] : [`  --> ${escapeText(position(error.at, options.cwd))}`]),
    ...(error.hint === undefined ? [] : wrap(escapeText(error.hint), options.width, '  hint: ', '        ')),
  ];
  const findings = renderFindings(error.findings, options);
  return `${findings === '' ? '' : `${findings}\n`}${lines.join('\n')}\n`;
}

/** The same for machines. */
export function renderFailureJson(error: McpformError): string {
  const { code, message, hint, at, findings, exitCode } = error;
  const body = {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
    exitCode,
    findings,
  };
  return `${JSON.stringify({ formatVersion: '1.0', error: body }, null, 2)}\n`;
}

/** A bug of ours: the stack, and where to take it. */
export function renderBug(error: unknown, version: string): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n').map((line) => `  ${escapeText(line)}`);
  return [
    'error[INTERNAL]: this is a bug in mcpform',
    ...lines,
    `  mcpform ${version}, node ${process.version}, ${process.platform}`,
    `  hint: please report it with the lines above: ${ISSUES}`,
    '',
  ].join('\n');
}
