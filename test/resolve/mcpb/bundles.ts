import { hash } from 'node:crypto';
import { type ZipFile, zipOf } from '../../support/zip.ts';

export interface BundleOptions {
  readonly name?: string;
  readonly type?: string;
  readonly entryPoint?: string;
  readonly config?: object;
  readonly more?: object;
  readonly files?: readonly ZipFile[];
}

/** A bundle as the tools of the specification make one: `manifest.json` and the server's files. */
export function bundleOf({
  name = 'clock',
  type = 'node',
  entryPoint = 'server/index.js',
  config,
  more,
  files,
}: BundleOptions = {}): Buffer {
  const manifest = {
    manifest_version: '0.3',
    name,
    version: '1.0.0',
    description: 'Tells the time',
    author: { name: 'Somebody' },
    server: {
      type,
      entry_point: entryPoint,
      mcp_config: config ?? { command: 'node', args: ['${__dirname}/server/index.js'] },
    },
    ...more,
  };
  return zipOf([
    { path: 'manifest.json', data: JSON.stringify(manifest) },
    ...(files ?? [{ path: entryPoint, data: 'console.log("tick")\n', isDeflated: true }]),
  ]);
}

export function integrityOf(bytes: Buffer): string {
  return `sha256-${Buffer.from(hash('sha256', bytes), 'hex').toString('base64')}`;
}
