/**
 * Texts that begin as a number or a time of YAML 1.1 and 1.2 does, and have only characters of one: 1_000, 0b11, 1:20,
 * 2026-01-01. Includes what some readers accept beyond both: 0X1F (Go), e3 (JavaScript).
 */
const LIKE_NUMBER = /^(?:[-+.\d][\da-fox_.,:tpz +-]*|e[-+]?\d+)$/i;
/** Booleans, null, infinities, and the texts that YAML 1.1 gives a meaning as a key or as a value. */
const LIKE_WORD = /^(?:true|false|null|yes|no|on|off|y|n|~|=|<<|[-+]?\.?(?:inf|infinity|nan))$/i;

/**
 * Returns true if a YAML reader may take the text for something other than a string, unless it is quoted. `kubectl`,
 * `oc` and many others read YAML 1.1, in which `on` is a boolean and `1_000` a number; others read YAML 1.2.
 */
export function isAmbiguous(text: string): boolean {
  return LIKE_WORD.test(text) || LIKE_NUMBER.test(text);
}
