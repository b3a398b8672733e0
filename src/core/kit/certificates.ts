import { X509Certificate } from 'node:crypto';
import { messageOf } from '../model/errors.js';

/** The certificates of a file or a field, or why it cannot be used. */
type Authorities = { certificates: string[] } | { problem: string };

/** What a file can contain instead of certificates, by the label of its PEM blocks. */
const OTHER_CONTENTS: [RegExp, string][] = [
  [/PRIVATE KEY/, 'it has a private key'],
  [/PUBLIC KEY/, 'it has a public key'],
  [/CERTIFICATE REQUEST/, 'it has a certificate request'],
  [/PKCS7|CMS/, 'it has a PKCS #7 bundle; convert it with openssl pkcs7 -print_certs'],
  [/CRL/, 'it has a revocation list'],
];

const BEGIN = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/g;

/** Returns the certificates in a PEM file, one string each. */
export function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? [];
}

/**
 * Parses certificate authorities. A damaged certificate is a problem even if others are intact: OpenSSL would ignore
 * all of them without a word.
 * @returns certificates in PEM format, or a problem that continues a sentence about the file
 */
export function parseAuthorities(content: Buffer): Authorities {
  const text = content.toString('utf8');
  const begun = text.match(BEGIN)?.length ?? 0;
  const certificates = certificatesIn(text);
  if (certificates.length === 0)
    return { problem: `contains no certificate in PEM format${begun > 0 ? `: ${CUT}` : otherContent(content, text)}` };
  const position = (at: number): string => (begun > 1 ? ` (number ${at} of ${begun})` : '');
  for (const [index, certificate] of certificates.entries()) {
    const why = certificate.match(BEGIN)!.length > 1 ? CUT : parseProblem(certificate);
    if (why !== undefined)
      return { problem: `contains a certificate that cannot be parsed${position(index + 1)}: ${why}` };
  }
  if (begun > certificates.length)
    return { problem: `contains a certificate that cannot be parsed${position(begun)}: ${CUT}` };
  return { certificates };
}

const CUT = 'its end is missing';

function parseProblem(certificate: string | Buffer): string | undefined {
  try {
    new X509Certificate(certificate);
    return undefined;
  } catch (error) {
    return `it is damaged (${messageOf(error)})`;
  }
}

/** Returns what a file without certificates contains, as the end of the sentence; empty if it is not known. */
function otherContent(content: Buffer, text: string): string {
  if (text.trim() === '') return ': it is empty';
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1]!).join(', ');
  const other = OTHER_CONTENTS.find(([label]) => label.test(labels));
  if (other) return `: ${other[1]}`;
  if (labels) return `: it has ${labels}`;
  return parseProblem(content) === undefined
    ? ': it is in DER format; convert it with openssl x509 -inform der -in FILE -out FILE.pem'
    : '';
}
