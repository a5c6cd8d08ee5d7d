/** Stand-ins for Debian's programs, so that tests need neither Debian nor a network: shell scripts in a folder for PATH. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a test may set in the environment of the scripts. */
export interface FakeApt {
  /** The file that is inside the package of the library. */
  readonly FAKE_LIBRARY?: string;
  /** apt knows nothing until it has lists of its own. */
  readonly FAKE_LISTS?: 'none';
  /** What fails, and what is said then. */
  readonly FAKE_FAILURE?: 'apt-get download' | 'dpkg-deb -x';
  readonly FAKE_COMPLAINT?: string;
  /** Downloading takes so many seconds. */
  readonly FAKE_SECONDS?: string;
}

const fail = 'echo "$FAKE_COMPLAINT" >&2; exit 100';

const scripts: Readonly<Record<string, string>> = {
  'apt-cache': `
    case "$FAKE_LISTS $*" in
      *Dir::State::Lists*search*|" "*search*)
        echo 'libdnnl3.9 - oneDNN'; echo 'libdnnl3.10 - oneDNN'; echo 'libdnnl2 - oneDNN' ;;
    esac`,
  'apt-get': `
    case "$*" in
      *--simulate*install*)
        eval "name=\\\${$#}"
        echo "Inst libgomp1 (12.2.0-14 Debian:12.15/oldstable [amd64])"
        echo "Inst libc6 [2.36-9] (2.36-10 Debian:12.15/oldstable [amd64])"
        echo "Inst $name (9.8-7 Debian:12.15/oldstable [amd64])" ;;
      *download*)
        [ "$FAKE_FAILURE" != 'apt-get download' ] || { ${fail}; }
        [ -z "$FAKE_SECONDS" ] || exec sleep "$FAKE_SECONDS"
        for package in "$@"; do case "$package" in *=*) case "$package" in *::*) ;; *)
          echo > "\${package%%=*}.deb" ;; esac ;; esac; done ;;
    esac`,
  'dpkg-deb': `
    [ "$1" = -x ] || exit 0
    [ "$FAKE_FAILURE" != 'dpkg-deb -x' ] || { ${fail}; }
    mkdir -p "$3/usr/lib/machine" "$3/usr/share/doc"
    echo read me > "$3/usr/share/doc/readme"
    case "$2" in
      *libdnnl*) cp "$FAKE_LIBRARY" "$3/usr/lib/machine/libdnnl.so.2" ;;
    esac`,
};

/** Makes the scripts in `folder`; returns a PATH that has them, and little else. */
export function fakeAptPath(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return `${folder}:/usr/bin:/bin`;
}
