// Writes images into an OCI image layout: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPE = 'application/vnd.oci.image';
const SAME_BYTES = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
const ARCHITECTURES = ['amd64', 'arm64'];

/** The architecture of this machine, in the words of images. */
const HERE = process.arch === 'x64' ? 'amd64' : process.arch;

/** A folder as a layer: the same bytes for the same files. `options` are tar's. */
export function writeLayer(layout, folder, options = []) {
  const tar = execFileSync('tar', ['-C', folder, ...SAME_BYTES, ...options, '-cf', '-', '.'], {
    maxBuffer: 2 ** 30,
  });
  const descriptor = writeBlob(layout, `${TYPE}.layer.v1.tar+gzip`, gzipSync(tar, { level: 1 }));
  return { descriptor, diffId: digestOf(tar) };
}

/** An index over two platforms that differ only in what they say they are for; and the manifest for this machine. */
export function writeImage(layout, layers, config) {
  const manifests = ARCHITECTURES.map((architecture) => ({
    ...writeManifest(layout, layers, { architecture, config }),
    platform: { os: 'linux', architecture },
  }));
  const index = writeDocument(layout, `${TYPE}.index.v1+json`, { manifests });
  return { index, manifest: manifests.find(({ platform }) => platform.architecture === HERE) };
}

function writeManifest(layout, layers, { architecture, config }) {
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const described = { created: '2026-01-01T00:00:00Z', architecture, os: 'linux', config, rootfs };
  const type = `${TYPE}.config.v1+json`;
  return writeDocument(layout, `${TYPE}.manifest.v1+json`, {
    config: writeBlob(layout, type, Buffer.from(JSON.stringify(described))),
    layers: layers.map(({ descriptor }) => descriptor),
  });
}

function writeDocument(layout, mediaType, value) {
  const text = JSON.stringify({ schemaVersion: 2, mediaType, ...value });
  return writeBlob(layout, mediaType, Buffer.from(text));
}

function writeBlob(layout, mediaType, bytes) {
  const digest = digestOf(bytes);
  writeFileSync(join(layout, 'blobs', digest.replace(':', '/')), bytes);
  return { mediaType, digest, size: bytes.length };
}

function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
