/** The most characters of a name that become part of a file's; with four bytes each they fit into any file system's 255. */
const longest = 50;

/** Names of files for one folder, each once. */
export class FileNames {
  private readonly taken = new Set<string>();

  /** `stem` with `ending`, numbered where there is one already: `cat.png`, `cat-2.png`. Separators of paths become `_`. */
  take(stem: string, ending: string): string {
    const short = [...stem.replace(/[\\/:]/g, '_')].slice(0, longest).join('') || '_';
    let name = short + ending;
    // Without case: some file systems do not tell Cat.png from cat.png.
    for (let i = 2; this.taken.has(name.toLowerCase()); i++) name = `${short}-${i}${ending}`;
    this.taken.add(name.toLowerCase());
    return name;
  }
}
