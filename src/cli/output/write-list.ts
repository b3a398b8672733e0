import { documentText } from '../../core/terminal/document.js';
import { stdout } from '../../core/terminal/writer.js';
import { templateOf } from './choice.js';
import { textOf } from './template-output.js';

/** Writes a List of objects to stdout: as JSON with `-o json`, with a template, and otherwise as YAML. */
export async function writeList(format: string, list: object): Promise<void> {
  const template = await templateOf(format);
  if (template) await stdout().escaped(await textOf(template, list, { main: { array: 'items', columns: {} } }, true));
  else stdout().text(await documentText(format === 'json' ? 'json' : 'yaml', list));
}
