import { digestProblem } from './digest.js';

/** The parts of a pull spec, as OpenShift splits it. */
export interface ImageReference {
  /** Host and port; empty if the pull spec has none. */
  registry: string;
  /** First component of the path if it has several; otherwise empty. */
  namespace: string;
  /** What follows the namespace; it can contain `/`. */
  name: string;
  tag: string;
  digest: string;
}

const DOMAIN_COMPONENT = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = `${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*(?::[0-9]+)?`;
// The grammar's separator `[-]*` can be empty; `-+` accepts the same strings without backtracking.
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const NAME = `(?:${DOMAIN}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** The Distribution reference grammar: https://github.com/distribution/reference/blob/main/reference.go */
const REFERENCE = new RegExp(`^(${NAME})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const MAX_NAME_LENGTH = 255;

/**
 * Parses `[host[:port]/]path[:tag][@digest]`.
 * @returns the reference, or what is wrong with it in the words of the Distribution library
 */
export function parseImageReference(text: string): ImageReference | string {
  if (text === '') return 'repository name must have at least one component';
  const match = matchReference(text);
  if (!match)
    return matchReference(text.toLowerCase()) ? 'repository name must be lowercase' : 'invalid reference format';
  const [, fullName = '', tag = '', digest = ''] = match;
  if (fullName.length > MAX_NAME_LENGTH) return `repository name must not be more than ${MAX_NAME_LENGTH} characters`;
  const problem = digest ? digestProblem(digest) : undefined;
  if (problem) return problem;
  return { ...splitName(fullName), tag, digest };
}

/** Maximum length of a reference: valid ones are shorter, and the expression backtracks on long strings. */
const MAX_REFERENCE_LENGTH = 4096;

function matchReference(text: string): RegExpExecArray | null {
  return text.length > MAX_REFERENCE_LENGTH ? null : REFERENCE.exec(text);
}

function splitName(fullName: string): { registry: string; namespace: string; name: string } {
  const [first = '', ...others] = fullName.split('/');
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? others : [first, ...others];
  return {
    registry: hasHost ? first : '',
    namespace: path.length > 1 ? path[0]! : '',
    name: path.slice(path.length > 1 ? 1 : 0).join('/'),
  };
}

/** Returns true if a reference can mean an image stream: it has a host (any), a namespace and a name without `/`. */
export function namesStream(reference: ImageReference): boolean {
  return (
    reference.registry !== '' && reference.namespace !== '' && reference.name !== '' && !reference.name.includes('/')
  );
}

/** Returns true if a reference is one component without a host, which can mean a stream in the object's namespace. */
export function isLocalName({ registry, namespace, name }: ImageReference): boolean {
  return registry === '' && namespace === '' && !name.includes('/');
}

/** Parses `name:tag` of an ImageStreamTag. @returns its parts, or what is wrong with it */
export function parseStreamTag(text: string): { name: string; tag: string } | string {
  const parts = text.split(':');
  if (parts.length !== 2) return `expected exactly one : delimiter in the istag "${text}"`;
  const [name = '', tag = ''] = parts;
  if (name === '' || tag === '') return `must be in the form <name>:<tag>, not "${text}"`;
  return { name, tag };
}

/** Parses `name@digest` of an ImageStreamImage. @returns its parts, or what is wrong with it */
export function parseStreamImage(text: string): { name: string; digest: string } | string {
  const parts = text.split('@');
  if (parts.length !== 2) return `expected exactly one @ in the isimage name "${text}"`;
  const [name = '', digest = ''] = parts;
  if (name === '' || digest === '') return `must be in the form <name>@<digest>, not "${text}"`;
  return { name, digest };
}
