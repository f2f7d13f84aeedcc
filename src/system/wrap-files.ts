import type { AppendFile, Files } from '../model/system.ts';

/** One call to a `Files`, seen from outside. */
export interface FileCall {
  /** `create`, `rename`, …; of an open append file `append`, `sync`, `truncate`, `close`. */
  readonly name: keyof Files | Exclude<keyof AppendFile, 'size'>;
  /** The paths whose names or contents it may change; for a call that only looks, those it looks at. */
  readonly paths: readonly string[];
  readonly isWrite: boolean;
}

export type Around = <T>(call: FileCall, run: () => Promise<T>) => Promise<T>;

/** A `Files` that asks `around` before each call of another one. `watch` passes: it does nothing to a disk. */
export function wrapFiles(files: Files, around: Around): Files {
  const look = <T>(name: FileCall['name'], path: string, run: () => Promise<T>): Promise<T> =>
    around({ name, paths: [path], isWrite: false }, run);
  const write = <T>(name: FileCall['name'], paths: readonly string[], run: () => Promise<T>): Promise<T> =>
    around({ name, paths, isWrite: true }, run);
  return {
    read: (path) => look('read', path, () => files.read(path)),
    list: (path) => look('list', path, () => files.list(path)),
    stat: (path) => look('stat', path, () => files.stat(path)),
    readLink: (path) => look('readLink', path, () => files.readLink(path)),
    realPath: (path) => look('realPath', path, () => files.realPath(path)),
    syncFolder: (path) => look('syncFolder', path, () => files.syncFolder(path)),
    create: (path, bytes, options) => write('create', [path], () => files.create(path, bytes, options)),
    openAppend: (path, mode) =>
      write('openAppend', [path], async () => wrapAppend(await files.openAppend(path, mode), path, around)),
    rename: (from, to) => write('rename', [from, to], () => files.rename(from, to)),
    link: (from, to) => write('link', [to], () => files.link(from, to)),
    remove: (path) => write('remove', [path], () => files.remove(path)),
    removeFolder: (path) => write('removeFolder', [path], () => files.removeFolder(path)),
    makeFolder: (path, mode) => write('makeFolder', [path], () => files.makeFolder(path, mode)),
    changeMode: (path, mode) => write('changeMode', [path], () => files.changeMode(path, mode)),
    changeOwner: (path, uid, gid) => write('changeOwner', [path], () => files.changeOwner(path, uid, gid)),
    createLike: (from, to) => write('createLike', [to], () => files.createLike(from, to)),
    fill: (path, bytes, options) => write('fill', [path], () => files.fill(path, bytes, options)),
    watch: (folder, onChange) => files.watch(folder, onChange),
  };
}

function wrapAppend(file: AppendFile, path: string, around: Around): AppendFile {
  const write = (name: FileCall['name'], run: () => Promise<void>): Promise<void> =>
    around({ name, paths: [path], isWrite: true }, run);
  return {
    get size() {
      return file.size;
    },
    append: (bytes) => write('append', () => file.append(bytes)),
    sync: () => write('sync', () => file.sync()),
    truncate: (size) => write('truncate', () => file.truncate(size)),
    close: () => around({ name: 'close', paths: [path], isWrite: false }, () => file.close()),
  };
}
