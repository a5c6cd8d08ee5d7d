/** Where a page gets a folder of files from: one that is chosen or dropped. */
import { element } from './element.js';

/** A file of it, by its path below the folder. */
export interface GivenFile {
  readonly path: string;
  readonly file: File;
}

export interface GivenFolder {
  readonly name: string;
  readonly files: readonly GivenFile[];
}

export interface FolderInputOptions {
  readonly words: Readonly<Record<'chooseFolder' | 'orDrop', string>>;
  readonly onFolder: (folder: GivenFolder) => void;
}

/** A place to choose or drop a folder. */
export function folderInput({ words, onFolder }: FolderInputOptions): HTMLElement {
  const chooser = element('input', { type: 'file', className: 'unseen', id: 'folder' });
  chooser.webkitdirectory = true;
  chooser.addEventListener('change', () => {
    const files = [...(chooser.files ?? [])].map((file) => ({
      path: file.webkitRelativePath.split('/').slice(1).join('/'),
      file,
    }));
    const [name = ''] = chooser.files?.[0]?.webkitRelativePath.split('/') ?? [];
    onFolder({ name, files });
  });
  const label = element('label', { className: 'button', htmlFor: 'folder' }, words.chooseFolder);
  const box = element(
    'div',
    { className: 'picture-input' },
    chooser,
    label,
    element('p', {}, words.orDrop),
  );
  box.addEventListener('dragover', (event) => {
    event.preventDefault();
    box.classList.add('over');
  });
  box.addEventListener('dragleave', () => box.classList.remove('over'));
  box.addEventListener('drop', (event) => {
    event.preventDefault();
    box.classList.remove('over');
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap(
      (item) => item.webkitGetAsEntry() ?? [],
    );
    void droppedFolder(entries).then(onFolder);
  });
  return box;
}

/** One folder is itself; of several, each is a folder in one. */
async function droppedFolder(entries: readonly FileSystemEntry[]): Promise<GivenFolder> {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isFolder(only))
    return { name: only.name, files: await filesIn(only, '') };
  const all = await Promise.all(
    entries.filter(isFolder).map((folder) => filesIn(folder, `${folder.name}/`)),
  );
  return { name: '', files: all.flat() };
}

async function filesIn(folder: FileSystemDirectoryEntry, before: string): Promise<GivenFile[]> {
  const reader = folder.createReader();
  const read = () =>
    new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  const files: GivenFile[] = [];
  for (let some = await read(); some.length > 0; some = await read())
    for (const entry of some) {
      const path = `${before}${entry.name}`;
      if (isFolder(entry)) files.push(...(await filesIn(entry, `${path}/`)));
      else if (isFile(entry)) files.push({ path, file: await fileOf(entry) });
    }
  return files;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
