import { type Declared, declare } from '../../engine/declare.ts';
import { reportSecrets } from '../../engine/secrets/report-secrets.ts';
import { setSecret, writableSecret } from '../../engine/secrets/set-secret.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import {
  renderSecretsSet,
  replaceQuestion,
  type SecretsSet,
  type StaleUse,
} from '../../report/secrets-set.ts';
import { readGrants } from '../../state/grants-file.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { readSecret } from '../read-secret.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const [name = ''] = input.args;
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const secret = await writableSecret(name, declared.manifest);
  const { signal } = ctx;
  const { canAsk } = terminal;
  const show = (text: string): void => terminal.err(text);
  const value = await readSecret(`secret "${name}"`, { stdin: process.stdin, show, canAsk, signal });
  ctx.conceal.add(value.reveal());
  const assertReplaceable = (): Promise<void> => assertReplacing(name, input, ctx, terminal);
  const result = await setSecret({ secret, value, assertReplaceable }, ctx);
  const uses = result === 'unchanged' ? [] : await staleUses(declared, name, ctx);
  const report: SecretsSet = { formatVersion: '1.0', name, locator: secret.locator, result, uses };
  return {
    exitCode: EXIT.ok,
    text: renderSecretsSet(report, { color: false, width: terminal.width }),
    json: report,
  };
}

/** Throws NOT_APPROVED unless somebody says that the value which is there may go. */
async function assertReplacing(
  name: string,
  { options }: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<void> {
  if (switchOption(options, 'autoApprove')) return;
  if (!terminal.canAsk || switchOption(options, 'json')) {
    throw new McpformError(
      'NOT_APPROVED',
      `secret "${name}" has another value now, and nobody can be asked`,
      {
        hint: 'pass --auto-approve to replace it',
      },
    );
  }
  const isApproved = (await terminal.ask(replaceQuestion(name), ctx.signal)) === 'yes';
  ctx.signal.throwIfAborted();
  if (!isApproved) throw new McpformError('NOT_APPROVED', `secret "${name}" was left as it is`);
}

/** Who has the old value, or none, until something is done. */
async function staleUses(declared: Declared, name: string, ctx: Context): Promise<readonly StaleUse[]> {
  const { secrets } = reportSecrets(declared, await readGrants(declared.books, ctx));
  const uses = secrets.find((secret) => secret.name === name)?.uses ?? [];
  return uses.map(({ address, pointer, via, grant }) => {
    const isAsked = via === 'wrapper' && grant === 'granted';
    return { address, pointer, via, needs: isAsked || via === 'reference' ? 'restart' : 'apply' };
  });
}
