/** Returns a count with its noun: `1 image`, `20000 images`. `plural` also separates thousands. */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
