import { addGrants, type WantedGrants, wantedGrants } from '../../engine/secrets/grant-add.ts';
import { grantState } from '../../engine/secrets/report-secrets.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { SecretUse } from '../../model/resource.ts';
import {
  type GrantsAdded,
  grantQuestion,
  renderGrantOffer,
  renderGrantsAdded,
} from '../../report/grants-add.ts';
import { readGrants } from '../../state/grants-file.ts';
import { withBooks } from '../books.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const [address = ''] = input.args;
  const secret = textOption(input.options, 'secret');
  return await withBooks('grant add', input, ctx, async ({ folder }, declared) => {
    const { desired, uses } = await wantedGrants(declared, { address, secret }, ctx);
    const known = await readGrants(folder, ctx);
    const isGranted = ({ locator }: SecretUse): boolean =>
      grantState({ ...desired, locator }, known) === 'granted';
    const open = uses.filter((use) => !isGranted(use));
    if (open.length > 0) {
      await assertApproved({ desired, uses: open }, input, ctx, terminal);
      await addGrants({ declared, desired, uses: open, known, folder }, ctx);
    }
    const report: GrantsAdded = {
      formatVersion: '1.0',
      address,
      granted: eachOnce(open),
      already: eachOnce(uses.filter(isGranted)),
    };
    return {
      exitCode: EXIT.ok,
      text: renderGrantsAdded(report, { color: terminal.color.out, width: terminal.width }),
      json: report,
    };
  });
}

/** Shows what would be granted, to what. Throws NOT_APPROVED. */
async function assertApproved(
  { desired, uses }: WantedGrants,
  { options }: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<void> {
  const isJson = switchOption(options, 'json');
  if (!isJson)
    terminal.out(renderGrantOffer(desired, uses, { color: terminal.color.out, width: terminal.width }));
  if (switchOption(options, 'autoApprove')) return;
  if (!terminal.canAsk || isJson) {
    throw new McpformError('NOT_APPROVED', 'nobody can be asked whether this is to be granted', {
      hint: 'pass --auto-approve',
    });
  }
  const question = `\n${grantQuestion(desired.address, eachOnce(uses).length)}`;
  const isApproved = (await terminal.ask(question, ctx.signal)) === 'yes';
  // Whoever interrupts a question has not answered it.
  ctx.signal.throwIfAborted();
  if (!isApproved) throw new McpformError('NOT_APPROVED', 'nothing was granted');
}

/** A secret may go to several places of one address, and is granted once. */
function eachOnce(uses: readonly SecretUse[]): GrantsAdded['granted'] {
  const byLocator = new Map(uses.map(({ name, locator }) => [locator, { name: name ?? null, locator }]));
  return [...byLocator.values()];
}
