import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { zipOf } from './zip.ts';

export interface WheelOptions {
  readonly name: string;
  readonly version: string;
  /** `Requires-Dist` lines. */
  readonly requires?: readonly string[];
  /** By name: `module:function`. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Path → text, besides the metadata. Default: one package that says what it is. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default: `py3-none-any`. */
  readonly tag?: string;
  readonly extras?: readonly string[];
}

export interface Wheel {
  readonly fileName: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A wheel, made by hand. https://packaging.python.org/specifications/binary-distribution-format */
export function wheelOf(options: WheelOptions): Wheel {
  const { name, version, tag = 'py3-none-any' } = options;
  const stem = name.replaceAll('-', '_');
  const info = `${stem}-${version}.dist-info`;
  const scripts = Object.entries(options.scripts ?? {}).map(([script, target]) => `${script} = ${target}`);
  const files: Record<string, string> = {
    ...(options.files ?? { [`${stem}/__init__.py`]: `WHO = "${name} ${version}"\n` }),
    [`${info}/METADATA`]: [
      ...['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`],
      ...(options.extras ?? []).map((extra) => `Provides-Extra: ${extra}`),
      ...(options.requires ?? []).map((line) => `Requires-Dist: ${line}`),
      '',
    ].join('\n'),
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    ...(scripts.length === 0
      ? {}
      : { [`${info}/entry_points.txt`]: `[console_scripts]\n${scripts.join('\n')}\n` }),
  };
  const record = Object.entries(files).map(
    ([path, text]) =>
      `${path},sha256=${Buffer.from(hash('sha256', text), 'hex').toString('base64url')},${Buffer.byteLength(text)}`,
  );
  files[`${info}/RECORD`] = `${record.join('\n')}\n${info}/RECORD,,\n`;
  const bytes = zipOf(Object.entries(files).map(([path, data]) => ({ path, data, isDeflated: true })));
  return { fileName: `${stem}-${version}-${tag}.whl`, bytes, sha256: hash('sha256', bytes) };
}

/** A source archive whose build writes a file: what must never happen. */
export function sourceOf(name: string, version: string, marker: string): Wheel {
  const stem = `${name.replaceAll('-', '_')}-${version}`;
  const backend = [
    `open(${JSON.stringify(marker)}, "w").write("built")`,
    'def get_requires_for_build_wheel(config=None): return []',
    'def prepare_metadata_for_build_wheel(folder, config=None): raise SystemExit(1)',
    'def build_wheel(folder, config=None, metadata=None): raise SystemExit(1)',
    '',
  ].join('\n');
  const bytes = gzipSync(
    tarOf({
      [`${stem}/PKG-INFO`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
      [`${stem}/pyproject.toml`]:
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      [`${stem}/backend.py`]: backend,
    }),
  );
  return { fileName: `${stem}.tar.gz`, bytes, sha256: hash('sha256', bytes) };
}

function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const data = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
