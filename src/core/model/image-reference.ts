import { digestProblem } from './digest.js';

/** A pull spec, taken apart as OpenShift does it. */
export interface ImageReference {
  /** Host and port; empty when the spec names none. */
  registry: string;
  /** The first component of the path when there are several; empty otherwise. */
  namespace: string;
  /** What follows the namespace; may contain `/`. */
  name: string;
  tag: string;
  digest: string;
}

const DOMAIN_COMPONENT = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = `${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*(?::[0-9]+)?`;
// The grammar's separator `[-]*` may be empty; `-+` accepts the same texts without backtracking.
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const NAME = `(?:${DOMAIN}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** The Distribution reference grammar: https://github.com/distribution/reference/blob/main/reference.go */
const REFERENCE = new RegExp(`^(${NAME})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const LONGEST_NAME = 255;

/** Parses `[host[:port]/]path[:tag][@digest]`; a string is what is wrong with it, in the words of the Distribution library. */
export function parseImageReference(text: string): ImageReference | string {
  if (text === '') return 'repository name must have at least one component';
  const match = matchReference(text);
  if (!match)
    return matchReference(text.toLowerCase()) ? 'repository name must be lowercase' : 'invalid reference format';
  const [, fullName = '', tag = '', digest = ''] = match;
  if (fullName.length > LONGEST_NAME) return `repository name must not be more than ${LONGEST_NAME} characters`;
  const problem = digest ? digestProblem(digest) : undefined;
  if (problem) return problem;
  return { ...splitName(fullName), tag, digest };
}

/** Every valid reference is shorter; and a runaway text must not reach the expression, which backtracks. */
const LONGEST_REFERENCE = 4096;

function matchReference(text: string): RegExpExecArray | null {
  return text.length > LONGEST_REFERENCE ? null : REFERENCE.exec(text);
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

/** Whether a reference can mean an image stream: host, namespace and a name without `/` are all there. The host's value is not compared. */
export function namesStream(reference: ImageReference): boolean {
  return (
    reference.registry !== '' && reference.namespace !== '' && reference.name !== '' && !reference.name.includes('/')
  );
}

/** `name:tag` of an ImageStreamTag; a string is what is wrong with it. */
export function parseStreamTag(text: string): { name: string; tag: string } | string {
  const parts = text.split(':');
  if (parts.length !== 2) return `expected exactly one : delimiter in the istag "${text}"`;
  const [name = '', tag = ''] = parts;
  if (name === '' || tag === '') return `must be in the form <name>:<tag>, not "${text}"`;
  return { name, tag };
}

/** `name@digest` of an ImageStreamImage; a string is what is wrong with it. */
export function parseStreamImage(text: string): { name: string; digest: string } | string {
  const parts = text.split('@');
  if (parts.length !== 2) return `expected exactly one @ in the isimage name "${text}"`;
  const [name = '', digest = ''] = parts;
  if (name === '' || digest === '') return `must be in the form <name>@<digest>, not "${text}"`;
  return { name, digest };
}
