/**
 * Reads a file in the format of AWS's shared credentials and config files.
 * @returns the values of each section by their lower-case names; a later section adds to an earlier one
 */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
    } else if (!/^\s*[#;]/.test(line)) {
      const [, key, value] = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key !== undefined) section?.set(key.toLowerCase(), value!.replace(/\s[#;].*$/, ''));
    }
  }
  return sections;
}
