/** Finds the English in a file: comments, strings and names in code; everything in a document. */
import ts from 'typescript';

const TEST_FUNCTIONS = new Set(['describe', 'it', 'test']);
/** Stands for code, so that no phrase is found across it. */
const BARRIER = '\u0000';

const isText = (node) =>
  ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);

/** Returns `test` for `test.each(rows)`. */
function calledName(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isTaggedTemplateExpression(expression)) return calledName(expression.tag);
  return 'expression' in expression ? calledName(expression.expression) : '';
}

function isTestTitle(node) {
  let argument = node;
  while (ts.isTemplateSpan(argument.parent) || ts.isTemplateExpression(argument.parent)) argument = argument.parent;
  const call = argument.parent;
  return ts.isCallExpression(call) && call.arguments[0] === argument && TEST_FUNCTIONS.has(calledName(call.expression));
}

const blank = (text, filler) => text.replaceAll(/\S/g, filler);

/** Blanks the quotes of a string and its escaped line ends. */
const stringContent = (token) => `${BARRIER}${token.slice(1, -1).replaceAll('\\n', '  ')}${BARRIER}`;

/** Blanks slashes and stars that mark a comment. */
const commentContent = (trivia) =>
  trivia.replaceAll(/^\s*\*(?!\/)|\/\*+|\*+\/|\/\/+/gm, (mark) => blank(mark, mark.endsWith('*/') ? BARRIER : ' '));

/**
 * Reads the prose of TypeScript or JavaScript.
 * @param source the file's text
 * @param options `titlesOnly`: of all strings, keep only titles of tests
 * @returns `text`, as long as `source`, with everything blanked that is neither comment nor string; `identifiers` with
 *   their offsets
 */
export function proseOfCode(source, { titlesOnly = false } = {}) {
  const file = ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest, true);
  const pieces = [];
  const identifiers = [];
  let at = 0;
  const visit = (node) => {
    // TypeScript parses documentation comments into nodes; here they are comments like any other.
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    if (children.length > 0) {
      children.forEach(visit);
      return;
    }
    const start = node.getStart(file);
    const token = source.slice(start, node.getEnd());
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) identifiers.push({ name: node.text, offset: start });
    const kept = isText(node) && (!titlesOnly || isTestTitle(node));
    pieces.push(commentContent(source.slice(at, start)), kept ? stringContent(token) : blank(token, BARRIER));
    at = node.getEnd();
  };
  visit(file);
  return { text: pieces.join(''), identifiers };
}

/** Reads a document: all of it is prose. */
export function proseOfDocument(source) {
  return { text: source, identifiers: [] };
}
