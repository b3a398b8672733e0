/** The settings of a unit by section and name; a setting that is repeated has all its values. */
export type UnitSections = Map<string, Map<string, string[]>>;

/** Reads unit files, which may be several texts: the unit and its drop-ins. Ignores what systemd ignores. */
export function readUnit(texts: readonly string[]): UnitSections {
  const sections: UnitSections = new Map();
  for (const text of texts) {
    let section = '';
    for (const line of linesOf(text)) {
      section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
      const [, name, value] = /^([^=[\]]+?)\s*=\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const settings = sections.get(section) ?? new Map<string, string[]>();
      sections.set(section, settings.set(name, [...(settings.get(name) ?? []), value!]));
    }
  }
  return sections;
}

/** Returns the value of a setting that can have one: the last one. */
export function settingOf(sections: UnitSections, section: string, name: string): string | undefined {
  return sections.get(section)?.get(name)?.at(-1);
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*[#;]/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}
