import { HIDDEN } from './known.js';

/** Query parameters of presigned URLs (S3, Google, Azure, Swift), and others that hold credentials. */
const QUERY_SECRETS = [
  'X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)',
  'AWSAccessKeyId|GoogleAccessId|Signature|Policy|Key-Pair-Id',
  'sig|se|sp|skoid|sktid|temp_url_(?:sig|expires)',
  '(?:access_|refresh_|id_)?token|client_secret|api_?key|password|code',
].join('|');
const NAMES = 'password|passwd|secret|token|access[_-]?key(?:[_-]?id)?|account[_-]?key|api[_-]?key|signature';
/** Begins the style of a value in a colored help (`--token=TOKEN`); no credential contains it. */
const STYLE = '\\x1b';

interface Pattern {
  regex: RegExp;
  replace: string | ((whole: string, ...groups: string[]) => string);
}

/**
 * Credentials that are recognized by their form, wherever they come from. Each regular expression takes linear time.
 */
const PATTERNS: Pattern[] = [
  { regex: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/gs, replace: HIDDEN },
  // The same in base64, but not certificates.
  { regex: /LS0tLS1CRUdJTi(?!BDRVJU)[\w+/=-]*/g, replace: HIDDEN },
  // User and password of a URL; `image@sha256:…` has neither.
  { regex: /(:\/\/)(?!…@)[^\s/?#"'<>[\]\\]*@(?!sha\d)/g, replace: '$1…@' },
  {
    regex:
      /(authorization(?:\\?["'])?\s*[:=]\s*\[?(?:\\?["'])?(?:bearer|basic|negotiate|digest|token)\s+)[^\s"'\\,;\]]+/gi,
    replace: `$1${HIDDEN}`,
  },
  { regex: /\b((?:bearer|basic|negotiate)(?:\s|%20)+)([\w.~+/=-]{4,})/gi, replace: hideCredential },
  {
    regex: new RegExp(`((?:[?&;]|\\\\u0026|%26|%3F)(?:${QUERY_SECRETS})(?:=|%3D))[^\\s${STYLE}&"'<>\\\\;]+`, 'gi'),
    replace: `$1${HIDDEN}`,
  },
  { regex: /sha256~[\w-]{10,}/g, replace: HIDDEN },
  { regex: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, replace: HIDDEN },
  { regex: /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, replace: HIDDEN },
  { regex: new RegExp(`((?:${NAMES})=)([^\\s${STYLE}"'&,;<>\\\\]{4,})`, 'gi'), replace: hideCredential },
  { regex: new RegExp(`((?:${NAMES})(\\\\?["'])\\s*:\\s*\\2)([^\\s"'<>\\\\]+)`, 'gi'), replace: `$1${HIDDEN}` },
];

/**
 * Parts of the patterns that match in one case only. Each is the shortest rare part of its pattern, because such a
 * part is found fastest. Queries are recognized by what is before a parameter: reasons contain `--flag=value`.
 */
const SIGNS = [
  '?',
  '&',
  ';',
  'u0026',
  'U0026',
  '%2',
  '%3',
  '~',
  '//',
  'BEGIN ',
  'LS0tLS1CRUdJTi',
  'yJ',
  'AKIA',
  'ASIA',
];
/** The words of the other patterns, with what follows them in plain text, in JSON, and in JSON within a string. */
const WORDS =
  /(?:bearer|basic|negotiate)[\s%\\]|authorization|(?:passw(?:or)?d|secret|token|key(?:[_-]?id)?|signature)(?:=|\\*["'][\s\\nrt]*:)/i;

/**
 * Returns true if the text can contain a credential of a known form: whatever a pattern matches contains one of `SIGNS`
 * or `WORDS`. Two searches take a third of the time of one expression for all, and all output is searched.
 */
export function mayContainPattern(text: string): boolean {
  return SIGNS.some((sign) => text.includes(sign)) || WORDS.test(text);
}

/** Replaces credentials of a known form. */
export function hidePatterns(text: string): string {
  return PATTERNS.reduce((clean, { regex, replace }) => clean.replace(regex, replace as string), text);
}

/** `Basic authentication` and `token=TOKEN` are prose; a credential has a digit, a sign, or mixed case. */
function hideCredential(whole: string, before: string, value: string): string {
  const isCredential = /[\d=~+]/.test(value) || /[a-z][A-Z]|^[A-Z]{2}.*[a-z]/.test(value) || value.length >= 32;
  return isCredential && value !== HIDDEN ? before + HIDDEN : whole;
}
