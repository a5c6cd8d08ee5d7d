import { closeSync, openSync } from 'node:fs';

/**
 * Tells, when it is called later, whether the terminal that messages go to has been closed since. A SIGHUP says that as well as
 * what `kill -HUP` means by it; but a process whose terminal is gone cannot open it any more.
 */
export function terminalWatch(): () => boolean {
  const had = process.stderr.isTTY === true && hasTerminal();
  return () => had && !hasTerminal();
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
