/**
 * Keeps HTTP inside the adapters: features call verbs such as findObject and deleteObject, which know what a response
 * means. A feature that compares statuses itself takes, for example, a proxy's 404 for "does not exist".
 */

/** Methods of the cluster's port that send a request as it is. */
const REQUESTS = new Set(['request', 'get', 'stream']);
const PORT_FILE = /\/core\/cluster\/api\.ts$/;
/** Functions of core/cluster that read responses or build paths. */
const RESPONSE_FUNCTIONS = new Set(['apiError', 'isNotFound', 'lacksApi', 'listPath', 'objectPath', 'pathOf']);
const CLUSTER = /\/cluster\//;
const API_PATH = /^\/apis?\//;

const MESSAGES = {
  request: 'Send requests with the verbs of core/cluster (findObject, listObjects, changeObject, …).',
  response: 'Only core/cluster interprets responses and builds paths: call one of its verbs.',
  path: 'Paths of the API are known to core/cluster: define a resource and pass an object reference.',
  status: 'Statuses are interpreted in the adapters: use a verb, or a predicate such as isForbidden.',
  shape: 'Do not guess the shape of an error: use hasCode, or a predicate that the adapter exports.',
};

const nameOf = (node) => (node?.type === 'Identifier' ? node.name : undefined);
const isStatus = (node) => nameOf(node) === 'status' || nameOf(node?.property) === 'status';
const isHttpStatus = ({ type, value }) => type === 'Literal' && Number.isInteger(value) && value >= 100 && value < 600;

/** Returns the checks of members, which need the types of a program. */
function memberChecks(context, { program, getTypeAtLocation }) {
  const isRequest = (object, name) => {
    if (!program || !REQUESTS.has(name)) return false;
    const declarations = getTypeAtLocation(object).getProperty(name)?.declarations ?? [];
    return declarations.some((declaration) => PORT_FILE.test(declaration.getSourceFile().fileName));
  };
  return {
    MemberExpression(node) {
      if (isRequest(node.object, nameOf(node.property) ?? node.property.value))
        context.report({ node, messageId: 'request' });
    },
    'VariableDeclarator > ObjectPattern > Property'(node) {
      const { init } = node.parent.parent;
      if (init && isRequest(init, nameOf(node.key))) context.report({ node, messageId: 'request' });
    },
  };
}

function checkText(context, node, text) {
  if (API_PATH.test(text)) context.report({ node, messageId: 'path' });
}

/** @type {import('eslint').Rule.RuleModule} */
const adapterVerbs = {
  meta: { type: 'problem', messages: MESSAGES, schema: [] },
  create: (context) => ({
    ...memberChecks(context, context.sourceCode.parserServices),
    ImportSpecifier(node) {
      if (CLUSTER.test(node.parent.source.value) && RESPONSE_FUNCTIONS.has(nameOf(node.imported)))
        context.report({ node, messageId: 'response' });
    },
    Literal(node) {
      if (typeof node.value === 'string') checkText(context, node, node.value);
    },
    TemplateLiteral: (node) => checkText(context, node, node.quasis[0].value.raw),
    BinaryExpression(node) {
      const { left, right } = node;
      if ((isStatus(left) && isHttpStatus(right)) || (isStatus(right) && isHttpStatus(left)))
        context.report({ node, messageId: 'status' });
    },
    'CallExpression[callee.property.name=/^(includes|has)$/]'(node) {
      const { object } = node.callee;
      const isList = object.type === 'ArrayExpression' && object.elements.every(isHttpStatus);
      if (isList && node.arguments.some(isStatus)) context.report({ node, messageId: 'status' });
    },
    'TSAsExpression[expression.name=/^(error|cause|reason)$/] > TSTypeLiteral'(node) {
      const names = node.members.map(({ key }) => nameOf(key));
      if (names.some((name) => name === 'status' || name === 'code')) context.report({ node, messageId: 'shape' });
    },
  }),
};

export default { rules: { 'adapter-verbs': adapterVerbs } };
