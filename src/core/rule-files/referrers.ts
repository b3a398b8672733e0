import type { DeclaredPath, DeclaredReferrers, DeclaredResource } from '../model/declared-referrers.js';
import { quote } from '../model/names/quote.js';
import type { Field } from './field.js';
import { compilePath, PATH_FORM, pathProblem } from './json-path.js';
import { problemsError, readFields, readRuleFile, RuleFile, type RuleFileKind } from './yaml-reader.js';

const REFERRERS: RuleFileKind = {
  kind: 'Referrers',
  code: 'REFERRERS_FILE',
  flag: '--referrers-file',
  page: 'docs/referrers-file.md',
  maxBytes: 1 << 20,
};

/** Maximum number of resources, and of paths in one list. */
const MAX_ENTRIES = 200;

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const RESOURCE = new RegExp(`^(${LABEL})(?:\\.(${LABEL}(?:\\.${LABEL})*))?/(${LABEL})$`);
const RESOURCE_FORM = 'PLURAL.GROUP/VERSION, such as things.example.com/v1, or PLURAL/VERSION of the core group';

/**
 * Reads the file of `--referrers-file` (docs/referrers-file.md).
 * @throws RegadmError REFERRERS_FILE with every mistake: file, line, field and what is allowed
 */
export async function readReferrers(file: string): Promise<DeclaredReferrers> {
  const content = new RuleFile(await readRuleFile(file, REFERRERS));
  const resources = await readResources(content);
  if (content.problems.length > 0) throw problemsError(file, REFERRERS, content.problems);
  return { file, resources };
}

async function readResources(content: RuleFile): Promise<DeclaredResource[]> {
  const fields = readFields(content, REFERRERS.kind, ['resources']);
  if (!fields) return [];
  if (!fields.resources) {
    content.root?.missing('resources', 'it must be a list of resources');
    return [];
  }
  const entries = fields.resources.list('resources');
  if (!entries) return [];
  if (entries.length === 0) fields.resources.report('must have at least one resource');
  if (entries.length > MAX_ENTRIES) fields.resources.report(`must be a list of at most ${MAX_ENTRIES} resources`);
  const known = new Set<string>();
  const resources: DeclaredResource[] = [];
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    const resource = await readResource(entry, known);
    if (resource) resources.push(resource);
  }
  return resources;
}

/** @param known names of the resources before it; its own is added */
async function readResource(entry: Field, known: Set<string>): Promise<DeclaredResource | undefined> {
  const fields = entry.mapping(['resource', 'images', 'imageStreamTags']);
  if (!fields) return undefined;
  const name = fields.resource
    ? readName(fields.resource, known)
    : entry.missing('resource', `it must be ${RESOURCE_FORM}`);
  const images = await readPaths(fields.images);
  const imageStreamTags = await readPaths(fields.imageStreamTags);
  if (!fields.images && !fields.imageStreamTags) entry.report('needs images or imageStreamTags');
  return name && { ...name, images, imageStreamTags, line: entry.line };
}

function readName(
  field: Field,
  known: Set<string>,
): Pick<DeclaredResource, 'resource' | 'group' | 'version'> | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  const [, resource, group = '', version] = RESOURCE.exec(text) ?? [];
  if (resource === undefined || version === undefined)
    return field.report(`must be ${RESOURCE_FORM}, not ${quote(text)}`);
  const name = `${resource}.${group}`;
  if (known.has(name)) return field.report('occurs twice; list all paths of a resource in one entry');
  known.add(name);
  return { resource, group, version };
}

async function readPaths(field: Field | undefined): Promise<DeclaredPath[]> {
  const entries = field?.list('JSONPaths');
  if (!field || !entries) return [];
  if (entries.length === 0) field.report('must have at least one JSONPath');
  if (entries.length > MAX_ENTRIES) field.report(`must be a list of at most ${MAX_ENTRIES} JSONPaths`);
  const paths = await Promise.all(entries.slice(0, MAX_ENTRIES).map(readPath));
  return paths.filter((path) => path !== undefined);
}

async function readPath(field: Field): Promise<DeclaredPath | undefined> {
  const text = field.text();
  if (text === undefined) return undefined;
  const problem = pathProblem(text);
  if (problem !== undefined) return field.report(`${problem}; allowed is ${PATH_FORM}`);
  return { text, line: field.line, find: await compilePath(text) };
}
