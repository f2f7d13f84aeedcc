import { chooseService } from '../../loop/service/choose-service.ts';
import { listServices } from '../../loop/service/files.ts';
import { serviceManager } from '../../loop/service/manager.ts';
import { stateOf } from '../../loop/service/run-commands.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderServiceStatus, type ServiceStatus } from '../../report/service.ts';
import type { Answer, CommandInput } from '../command.ts';

export async function run({ args: [name] }: CommandInput, ctx: Context): Promise<Answer> {
  const manager = await serviceManager(ctx);
  const services: ServiceStatus['services'][number][] = [];
  const all = await listServices(manager, ctx);
  for (const service of name === undefined ? all : [chooseService(all, name)]) {
    services.push({ ...service, state: await stateOf(service.name, manager, ctx) });
  }
  const report: ServiceStatus = { formatVersion: '1.0', services };
  return { exitCode: EXIT.ok, text: renderServiceStatus(report), json: report };
}
