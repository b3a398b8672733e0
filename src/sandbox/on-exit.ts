const pending = new Set<() => void>();

const runPending = (): void => {
  for (const clean of pending) clean();
};

/**
 * Calls `clean` when the process exits, so that an exit at any point leaves no directory and no child process behind.
 * @param clean must be synchronous
 * @returns a function that cancels this
 */
export function onExit(clean: () => void): () => void {
  if (pending.size === 0) process.on('exit', runPending);
  pending.add(clean);
  return () => {
    pending.delete(clean);
    if (pending.size === 0) process.off('exit', runPending);
  };
}
