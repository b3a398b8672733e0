/** Tests a text. */
export type TextTest = (text: string) => boolean;

/**
 * Compiles a glob: `*` matches any characters, `?` matches one. A test takes at most the product of both lengths: a
 * regular expression with many `*` would take time without bound.
 */
export function compileGlob(glob: string): TextTest {
  const star = glob.indexOf('*');
  if (glob.includes('?') || star !== glob.lastIndexOf('*')) return (text) => matches(glob, text);
  if (star === -1) return (text) => text === glob;
  const start = glob.slice(0, star);
  const end = glob.slice(star + 1);
  if (glob === '*') return () => true;
  return (text) => text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

/** Matches greedily; after a mismatch, the last `*` takes one more character. */
function matches(glob: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let next = 0; next < text.length;) {
    if (glob[at] === '*') {
      star = at++;
      taken = next;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[next])) {
      at++;
      next++;
    } else if (star === -1) return false;
    else {
      at = star + 1;
      next = ++taken;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
