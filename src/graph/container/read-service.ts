import type { ContainerSpec, HealthCheck, Service } from '../../model/container.ts';
import { toMilliseconds } from '../../model/duration.ts';
import type { Transport } from '../../model/manifest.ts';
import type { HealthDocument } from '../../schema/manifest.types.ts';
import type { Reading } from './fields.ts';

type Life = Pick<ContainerSpec, 'service' | 'restart' | 'health'>;

/** What a server that is reached by URL has and one over stdio cannot have: a port, and a life of its own. */
export function readService(transport: Transport, reading: Reading): Life {
  const { fields, faults } = reading;
  const health = readHealth(reading);
  if (transport !== 'stdio') {
    const service = readEndpoint(transport, reading);
    return { service, restart: fields.restart ?? 'unless-stopped', health };
  }
  if (fields.restart !== undefined && fields.restart !== 'no') {
    faults.push({
      message: '`restart` means nothing over stdio: the client starts the server',
      hint: 'remove it',
    });
  }
  const needless = (['port', 'publish', 'path'] as const).filter((field) => fields[field] !== undefined);
  if (needless.length > 0) {
    faults.push({
      message: `\`${needless.join('`, `')}\` means nothing over stdio: nobody connects to the server`,
      hint: 'remove it, or add `transport: http`',
    });
  }
  const asked = (['path', 'command'] as const).find((field) => fields.health?.[field] !== undefined);
  if (asked !== undefined) {
    faults.push({
      message: `\`health.${asked}\` means nothing over stdio: the server is there for one client at a time`,
      hint: 'remove it; the MCP handshake is tried instead',
    });
  }
  return { service: null, restart: 'no', health };
}

function readEndpoint(transport: Service['transport'], { fields, faults }: Reading): Service {
  if (fields.port === undefined) {
    faults.push({
      message: 'nobody knows which port the server listens on',
      hint: 'add `port`, such as `port: 3001`',
    });
  }
  const publish = readPublish(fields.publish);
  if (publish === null) {
    faults.push({
      message: `\`publish\` cannot be "${fields.publish}"`,
      hint: 'write a port, or an address and a port: 127.0.0.1:3001',
    });
  }
  return {
    transport,
    port: fields.port ?? 0,
    path: fields.path ?? '/mcp',
    publish: publish ?? { address: '127.0.0.1', port: 'auto' },
  };
}

function readPublish(written: string | number | undefined): Service['publish'] | null {
  if (written === undefined) return { address: '127.0.0.1', port: 'auto' };
  if (typeof written === 'number') return { address: '127.0.0.1', port: written };
  const [, address = '', digits] = /^\[?([0-9A-Fa-f.:]+?)\]?:([0-9]+)$/.exec(written) ?? [];
  const port = Number(digits);
  const isAddress =
    (address.includes(':') && URL.canParse(`http://[${address}]`)) ||
    (/^\d+(?:\.\d+){3}$/.test(address) && address.split('.').every((part) => Number(part) < 256));
  return isAddress && port >= 1 && port <= 65535 ? { address, port } : null;
}

function readHealth({ fields: { health = {} }, faults }: Reading): HealthCheck | null {
  if (health.disabled === true) return null;
  const { path, command, ...rest } = health;
  const times = timesOf(rest);
  if (times.intervalMs === 0 || times.timeoutMs === 0) {
    faults.push({
      message: '`health` leaves no time between two checks, or for one',
      hint: 'write times such as `10s`',
    });
  }
  if (path !== undefined && command !== undefined) {
    faults.push({ message: '`health` has both `path` and `command`', hint: 'keep one of them' });
  }
  if (command !== undefined) return { kind: 'command', command, ...times };
  return path === undefined ? { kind: 'handshake', ...times } : { kind: 'http', path, ...times };
}

function timesOf({ interval = '30s', timeout = '10s', retries = 3, startPeriod = '30s' }: HealthDocument) {
  return {
    intervalMs: toMilliseconds(interval),
    timeoutMs: toMilliseconds(timeout),
    retries,
    startPeriodMs: toMilliseconds(startPeriod),
  };
}
