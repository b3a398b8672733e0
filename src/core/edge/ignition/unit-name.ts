/** Characters that are not escaped. */
const UNESCAPED = /[A-Za-z0-9:_.]/;

/**
 * Escapes a path for a unit name, as `systemd-escape --path` does: `/var/lib/my-data` is `var-lib-my\x2ddata`.
 * @param path absolute; repeated, leading and trailing slashes are ignored
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html, "String escaping for inclusion in
 *   unit names"
 */
export function escapeUnitPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) return '-';
  return parts.map((part, index) => escapePart(part, index === 0)).join('-');
}

/** Escapes a part of a path. Only a dot at the start of the whole name is escaped. */
function escapePart(part: string, first: boolean): string {
  return [...Buffer.from(part)].map((byte, index) => escapeByte(byte, first && index === 0)).join('');
}

function escapeByte(byte: number, atStart: boolean): string {
  const character = String.fromCharCode(byte);
  if (byte < 0x80 && UNESCAPED.test(character) && !(atStart && character === '.')) return character;
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
