import { chooseService } from '../../loop/service/choose-service.ts';
import { assertOurs, listServices, removeService } from '../../loop/service/files.ts';
import { serviceManager } from '../../loop/service/manager.ts';
import { runCommands, stateOf } from '../../loop/service/run-commands.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderServiceRemoved, type ServiceRemoved } from '../../report/service.ts';
import { assertOwnHome } from '../../state/identity.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';

export async function run(input: CommandInput, ctx: Context): Promise<Answer> {
  await assertOwnHome(ctx);
  const manager = await serviceManager(ctx);
  const service = chooseService(await listServices(manager, ctx), input.args[0]);
  assertOurs(service);
  const isStopped = switchOption(input.options, 'stop');
  const commands = [...manager.stop(service.name), ...manager.forget(service.name)];
  // What does not run cannot be stopped: that is no reason to keep it.
  const isRunning = isStopped && (await stateOf(service.name, manager, ctx)) !== 'stopped';
  if (isRunning) await runCommands(manager.stop(service.name), ctx);
  await removeService(service, manager, ctx);
  if (isStopped) await runCommands(manager.forget(service.name), ctx);
  const report: ServiceRemoved = {
    formatVersion: '1.0',
    name: service.name,
    file: service.file,
    isStopped,
    commands: commands.map((each) => [each.command, ...each.args]),
  };
  return { exitCode: EXIT.ok, text: renderServiceRemoved(report), json: report };
}
