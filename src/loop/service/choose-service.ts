import { McpformError } from '../../model/error.ts';
import type { ServiceFile } from './files.ts';

/** The one of that name, or the only one. Throws SERVICE_NOT_FOUND. */
export function chooseService(services: readonly ServiceFile[], name: string | undefined): ServiceFile {
  const found = services.filter((service) => name === undefined || service.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const message =
    name !== undefined
      ? `there is no service "${name}"`
      : found.length === 0
        ? 'no service is installed for this user'
        : `${found.length} services are installed: ${found.map((each) => each.name).join(', ')}`;
  throw new McpformError('SERVICE_NOT_FOUND', message, {
    hint: 'name one that `mcpform service status` lists',
  });
}
