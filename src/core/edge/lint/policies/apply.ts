import { FIELDS } from '../fields.js';
import { isObjectKind } from '../document-form.js';
import type { ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { isFilledIn } from '../known.js';
import { filledIn } from '../rules/filled-in.js';
import { kustomizationFiles, namedFiles, type GivenFile } from '../sources/given-files.js';
import { isPublished, publishedContents } from '../sources/published.js';
import { effectiveObject } from './effective.js';
import type { PolicyEntry } from './entry.js';
import { contentFindings } from './source-contents.js';
import type { Layer } from './layers.js';
import { mistypedPatches, patchesFor, unusablePatches } from './select-patches.js';
import { ambiguousName, kustomization, refusedPath, unknownName } from './name-findings.js';

/** What policies apply. */
interface Applied {
  objects: ObjectFacts[];
  findings: Finding[];
  /** The given files that the policies name. */
  named: Set<GivenFile>;
  /** The given files of kustomizations, which are not read. */
  unread: Set<GivenFile>;
}

/** Finds the source files that policies name, and applies the policies' patches to them. */
export function applyEntries(entries: PolicyEntry[], files: GivenFile[]): Applied {
  const results = entries.filter(({ name }) => name !== undefined).map((entry) => applyEntry(entry, files));
  return {
    objects: results.flatMap(({ objects = [] }) => objects),
    findings: results.flatMap(({ findings = [] }) => findings),
    named: new Set(results.flatMap(({ named = [] }) => named)),
    unread: new Set(results.flatMap(({ unread = [] }) => unread)),
  };
}

interface EntryResult {
  objects?: ObjectFacts[];
  findings?: Finding[];
  named?: GivenFile[];
  unread?: GivenFile[];
}

function applyEntry(entry: PolicyEntry, files: GivenFile[]): EntryResult {
  if (isFilledIn(entry.name)) return { findings: [filledIn(entry.nameAt)] };
  const { findings = [], ...applied } = applyNamed(entry, files);
  return { ...applied, findings: [...refusedPath(entry), ...findings] };
}

function applyNamed(entry: PolicyEntry, files: GivenFile[]): EntryResult {
  const groups = namedFiles(files, entry);
  const published = publishedContents(entry.name!);
  if (groups.length > 1) {
    const all = groups.flat();
    const named = all.filter(({ problem }) => !problem);
    return { named, unread: all.filter(({ problem }) => problem), findings: [ambiguousName(entry, groups)] };
  }
  if (groups.length === 0) {
    if (!isPublished(entry.name!)) return { findings: refusedPath(entry).length > 0 ? [] : [unknownName(entry)] };
    if (!published) return {};
    const findings = mistypedPatches(entry, (field) => (published as Record<string, unknown>)[field]);
    return { objects: objectOf(entry, [{ contents: published }, ...entry.patches], published), findings };
  }
  const named = groups[0]!;
  const unread = kustomizationFiles(named, entry, files);
  if (unread) return { unread, findings: [kustomization(entry)] };
  const documents = named.flatMap(({ documents: own }) => own);
  const objects = documents.flatMap((document) => {
    const base = { document, path: [], fill: entry.fill };
    return objectOf(entry, [base, ...patchesFor(entry, document, documents)], published);
  });
  // If a file is not YAML, the objects that a patch selects can be in it.
  const isComplete = named.every(({ problem }) => problem === undefined);
  const findings = [...contentFindings(entry, named), ...(isComplete ? unusablePatches(entry, documents) : [])];
  return { named, objects, findings };
}

/** Returns the object that an entry applies; none if a patch deletes it, or if no rule reads its kind. */
function objectOf(entry: PolicyEntry, layers: Layer[], published: object | undefined): ObjectFacts[] {
  const { document, path, form, complianceType, metadataComplianceType } = entry;
  const style = form === 'policygenerator' ? 'patch' : 'overlay';
  const at = document.at(path);
  const effective = effectiveObject({ layers, style, published, missing: () => at });
  if (!effective || !isObjectKind(effective.kind)) return [];
  const wave = entry.wave ?? { value: effective.get(FIELDS.wave), at: effective.at(FIELDS.wave) };
  return [{ ...effective, fileName: entry.name!, policy: { wave, complianceType, metadataComplianceType } }];
}
