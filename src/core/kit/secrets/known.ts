import { secretForms } from './forms.js';

/**
 * Minimum length of a secret that is searched for by itself, in characters: shorter ones occur in ordinary words and
 * digests.
 */
const MIN_LENGTH = 6;
/** Minimum length of a secret that is also hidden inside of a longer word, in characters. */
const MIN_LENGTH_IN_WORD = 16;
/** The same for a secret that no name or digest looks like. */
const MIN_LENGTH_IN_WORD_IF_MIXED = 8;

/** A text that must not be printed. */
interface Needle {
  text: string;
  /** Hidden only where no letter or digit is next to it. */
  word: boolean;
  /** Part of a base64 text, which is hidden as a whole. */
  base64: boolean;
}

/** The text that replaces a secret. */
export const HIDDEN = '(hidden)';

const remembered = new Set<string>();
let needles: Needle[] = [];
/** Texts that can be a part of a sha256 digest. */
const IN_DIGEST = /^[sha\d:a-f]+$/;

/**
 * Remembers a secret, so that no output of this process contains it: as it is, in base64 (`user:SECRET` too),
 * percent-encoded, and as JSON and HTML escape it. Call it wherever a credential is read, each time that it is replaced
 * too.
 */
export function hideSecret(secret: string | undefined): void {
  if (secret === undefined || remembered.has(secret)) return;
  remembered.add(secret);
  const added: Needle[] = [];
  if (secret.length >= MIN_LENGTH) {
    const { plain, base64 } = secretForms(secret);
    const word = !isDistinct(secret);
    added.push(...plain.map((text) => ({ text, word, base64: false })));
    added.push(...base64.map((text) => ({ text, word: false, base64: true })));
  }
  // The longest first: a header is replaced before the token in it.
  needles = [...needles, ...added].sort((a, b) => b.text.length - a.text.length);
}

/** Forgets all secrets. Only for tests, which run several command lines in a process: each has its own secrets. */
export function forgetSecrets(): void {
  remembered.clear();
  needles = [];
}

/** Remembers a user and a password, alone and as HTTP's Basic scheme joins them. */
export function hideLogin(user: string, password: string): void {
  hideSecret(password);
  if (password !== '') hideSecret(Buffer.from(`${user}:${password}`).toString('base64'));
}

/** Remembers the user and the password of a URL, percent-encoded and decoded. Anything that is not a URL is ignored. */
export function hideUserInfo(url: string | undefined): void {
  const [, user, password] = /^(?:[a-z][\w+.-]*:\/\/)?([^\s/?#@:]*)(?::([^\s/?#]*))?@/i.exec(url ?? '') ?? [];
  if (user === undefined) return;
  // A user without a password is a token.
  hideLogin(password === undefined ? '' : decoded(user), decoded(password ?? user));
  hideSecret(password ?? user);
}

/** Returns true if the text can contain a secret that is remembered. */
export function mayContainKnown(text: string): boolean {
  return needles.some((needle) => text.includes(needle.text));
}

/** Returns true if a sha256 digest can contain a secret that is remembered. It has no form of a credential. */
export function mayHideDigest(): boolean {
  return needles.some(({ text }) => IN_DIGEST.test(text));
}

/** Replaces the secrets that are remembered. */
export function hideKnown(text: string): string {
  return needles.reduce((clean, needle) => (clean.includes(needle.text) ? replaceAll(clean, needle) : clean), text);
}

/** True for a secret that no name or digest looks like, and that can therefore be replaced inside of a word. */
function isDistinct(secret: string): boolean {
  if (secret.length >= MIN_LENGTH_IN_WORD) return true;
  const isMixed = /\d/.test(secret) && /[g-z]/i.test(secret);
  return secret.length >= MIN_LENGTH_IN_WORD_IF_MIXED && (isMixed || /[^a-z\d-]/.test(secret));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function replaceAll(text: string, needle: Needle): string {
  let clean = '';
  let done = 0;
  for (let at = text.indexOf(needle.text); at !== -1; at = text.indexOf(needle.text, Math.max(done, at + 1))) {
    const [start, end] = extent(text, at, needle);
    if (end === start) continue;
    clean += text.slice(done, Math.max(done, start)) + HIDDEN;
    done = end;
  }
  return clean + text.slice(done);
}

/** Returns what is replaced, from and to; an empty range to leave the place as it is. */
function extent(text: string, at: number, { text: secret, word, base64 }: Needle): [from: number, to: number] {
  let [from, to] = [at, at + secret.length];
  if (word && (isWordBefore(text, from) || /[A-Za-z\d]/.test(text.charAt(to)))) return [at, at];
  while (base64 && /[\w+/=-]/.test(text.charAt(from - 1))) from--;
  while (base64 && /[\w+/=-]/.test(text.charAt(to))) to++;
  return [from, to];
}

/** A letter before it can also be the end of an escape sequence: `\n`, `%3A`. */
function isWordBefore(text: string, at: number): boolean {
  return (
    /[A-Za-z\d]$/.test(text.slice(Math.max(0, at - 1), at)) &&
    !/(?:\\\w|%[\dA-F]{2})$/i.test(text.slice(Math.max(0, at - 3), at))
  );
}
