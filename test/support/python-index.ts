import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Wheel } from './python-index-wheel.ts';

export interface PublishOptions {
  readonly uploadedAt?: string;
  /** Withdrawn, and why. */
  readonly yanked?: string;
  readonly requiresPython?: string;
}

/** A package index on loopback, as PEP 503 and PEP 691 have it. */
export interface PythonIndex {
  /** `http://127.0.0.1:PORT/simple`. */
  readonly url: string;
  /** Folder of the files, with a trailing slash. */
  readonly files: string;
  /** Method and path of every request. */
  readonly requests: string[];
  /** What it speaks. Default: JSON for who asks for it. */
  format: 'json' | 'html' | 'none';
  /** `Basic …` that pages want; null: none. */
  authorization: string | null;
  publish(project: string, file: Wheel, options?: PublishOptions): void;
  /** Sends other bytes for a file; its page goes on promising the old hash, or says the new one. */
  tamper(fileName: string, bytes: Uint8Array, promise?: { readonly sha256: string }): void;
  /** Takes a file off its page. */
  remove(fileName: string): void;
  readonly close: () => Promise<void>;
}

interface Published extends PublishOptions {
  readonly project: string;
  readonly fileName: string;
  sha256: string;
  bytes: Uint8Array;
}

export async function pythonIndex(): Promise<PythonIndex> {
  const published: Published[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const find = (fileName: string): Published => {
    const found = published.find((each) => each.fileName === fileName);
    if (found === undefined) throw new Error(`the index has no "${fileName}"`);
    return found;
  };
  const index: PythonIndex = {
    url: `${origin}/simple`,
    files: `${origin}/files/`,
    requests,
    format: 'json',
    authorization: null,
    publish: (project, { fileName, bytes, sha256 }, options = {}) => {
      published.push({ ...options, project, fileName, bytes, sha256 });
    },
    tamper: (fileName, bytes, promise) => {
      const file = find(fileName);
      file.bytes = bytes;
      file.sha256 = promise?.sha256 ?? file.sha256;
    },
    remove: (fileName) => {
      published.splice(published.indexOf(find(fileName)), 1);
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', origin).pathname;
    if (index.authorization !== null && request.headers.authorization !== index.authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end();
      return;
    }
    const file = published.find(({ fileName }) => path === `/files/${fileName}`);
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
      return;
    }
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const files = published.filter((each) => each.project === project);
    if (files.length === 0 || index.format === 'none') response.writeHead(404).end();
    else if (index.format === 'html' || !(request.headers.accept ?? '').includes('simple.v1+json'))
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(htmlPage(files));
    else
      response
        .writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' })
        .end(jsonPage(project as string, files));
  }

  return index;
}

function jsonPage(name: string, files: readonly Published[]): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    files: files.map(({ fileName, sha256, uploadedAt, yanked, requiresPython, bytes }) => ({
      filename: fileName,
      url: `../../files/${fileName}`,
      hashes: { sha256 },
      size: bytes.length,
      yanked: yanked ?? false,
      ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
      ...(uploadedAt === undefined ? {} : { 'upload-time': uploadedAt }),
    })),
  });
}

function htmlPage(files: readonly Published[]): string {
  const anchors = files.map(({ fileName, sha256, yanked, requiresPython }) => {
    const escaped = (requiresPython ?? '').replaceAll('>', '&gt;').replaceAll('<', '&lt;');
    const attributes = [
      ...(requiresPython === undefined ? [] : [` data-requires-python="${escaped}"`]),
      ...(yanked === undefined ? [] : [` data-yanked="${yanked}"`]),
    ];
    return `<a href="../../files/${fileName}#sha256=${sha256}"${attributes.join('')}>${fileName}</a><br/>`;
  });
  return `<!DOCTYPE html><html><body>\n${anchors.join('\n')}\n</body></html>`;
}
