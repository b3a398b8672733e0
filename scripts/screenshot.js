/**
 * Draws docs/screenshot.svg: the output of `regadm prune images`, with its colors, for the sample cluster of the
 * sandbox. Run `npm run build` first.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const COMMAND = 'regadm prune images --keep-younger-than=24h';
const run = `"${process.execPath}" "${program}" ${COMMAND.replace(/^regadm /, '')} 2>/dev/null`;
const output = execFileSync(process.execPath, [program, 'sandbox', '--run', run], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1', COLUMNS: '100', REGADM_CONFIG: '' },
});

const CHAR = 8.43;
const LINE = 19;
const COLORS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Splits a line into pieces of text with the style that its SGR sequences set. */
function pieces(line) {
  const style = { bold: false, dim: false, fill: undefined };
  return line.split(/(\u001B\[[\d;]*m)/).flatMap((part) => {
    const codes = /^\u001B\[([\d;]*)m$/.exec(part)?.[1];
    if (codes === undefined) return part === '' ? [] : [{ text: part, ...style }];
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) Object.assign(style, { bold: false, dim: false, fill: undefined });
      else if (code === 1) style.bold = true;
      else if (code === 2) style.dim = true;
      else if (code === 22) Object.assign(style, { bold: false, dim: false });
      else if (code === 39) style.fill = undefined;
      else if (COLORS[code]) style.fill = COLORS[code];
    }
    return [];
  });
}

const span = ({ text, bold, dim, fill }) => {
  const attributes = [bold && 'font-weight="bold"', dim && 'opacity="0.6"', fill && `fill="${fill}"`]
    .filter(Boolean)
    .join(' ');
  return attributes ? `<tspan ${attributes}>${escaped(text)}</tspan>` : escaped(text);
};
const lines = [`$ ${COMMAND}`, ...output.trimEnd().split('\n')];
const columns = Math.max(...lines.map((line) => line.replaceAll(/\u001B\[[\d;]*m/g, '').length));
const [width, height] = [Math.ceil(columns * CHAR) + 48, lines.length * LINE + 72];
const rows = lines.map(
  (line, at) => `<text x="24" y="${64 + at * LINE}" xml:space="preserve">${pieces(line).map(span).join('')}</text>`,
);
const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
  (fill, at) => `<circle cx="${26 + at * 20}" cy="24" r="6" fill="${fill}"/>`,
);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${COMMAND}">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${dots.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">
${rows.join('\n')}
</g>
</svg>
`;
writeFileSync(new URL('../docs/screenshot.svg', import.meta.url), svg);
console.log(`docs/screenshot.svg: ${lines.length} lines`);
