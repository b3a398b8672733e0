import ts from 'typescript';

/** Converts the TypeScript type of a JSON document to a JSON Schema (draft 7). */
export class SchemaWriter {
  /** Schemas of named types, by name; written once per document. */
  #definitions = new Map();
  #identities = new Map();

  constructor(checker) {
    this.checker = checker;
  }

  /** Returns the schema of a document whose type `node` names. */
  document(kind, node) {
    const { required, properties, ...schema } = this.#object(this.checker.getTypeFromTypeNode(node));
    const { apiVersion, kind: constant, ...others } = properties;
    return {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: kind,
      ...schema,
      required: [...new Set(['apiVersion', 'kind', ...required])],
      properties: { apiVersion, kind: constant, ...others },
      ...(this.#definitions.size > 0 && { definitions: Object.fromEntries([...this.#definitions].sort()) }),
    };
  }

  /** @param node the type as written in the source, if known: `type` does not have aliases of primitive types */
  #schema(type, node) {
    const alias = this.#aliasWithKeywords(node);
    if (alias) return this.#define(alias.name.text, alias, () => this.#aliasSchema(alias));
    const name = this.#nameOf(type);
    return name === undefined ? this.#unnamed(type, node) : this.#define(name, type, () => this.#unnamed(type, node));
  }

  /** The name of a type that is declared in this repository. */
  #nameOf(type) {
    const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.symbol : undefined);
    const inRepository = symbol?.declarations?.some((each) => !each.getSourceFile().fileName.includes('node_modules'));
    return inRepository ? symbol.name : undefined;
  }

  #unnamed(type, node) {
    if (type.isUnion()) return this.#union(type, node);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Unknown) return {};
    if (this.checker.isArrayType(type)) return this.#array(type, node);
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))
      throw new Error(`no schema for ${this.checker.typeToString(type)}`);
    return this.#object(type);
  }

  #array(type, node) {
    const [element] = this.checker.getTypeArguments(type);
    return {
      type: 'array',
      items: this.#schema(element, node && ts.isArrayTypeNode(node) ? node.elementType : undefined),
    };
  }

  #union(type, node) {
    const types = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const nullable = types.some(({ flags }) => flags & ts.TypeFlags.Null);
    const others = types.filter(({ flags }) => !(flags & ts.TypeFlags.Null));
    if (others.every((each) => each.isStringLiteral()) && others.length > 1)
      return { enum: [...others.map(({ value }) => value).sort(), ...(nullable ? [null] : [])] };
    const schemas = others.every(({ flags }) => flags & ts.TypeFlags.BooleanLike)
      ? [others.length > 1 ? { type: 'boolean' } : this.#schema(others[0])]
      : this.#members(others, node);
    if (!nullable) return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
    const [only] = schemas;
    if (schemas.length === 1 && Object.keys(only).length === 1 && typeof only.type === 'string')
      return { type: [only.type, 'null'] };
    return { anyOf: [...schemas, { type: 'null' }] };
  }

  /** Returns the members as written in the source, if all of them are. */
  #members(types, node) {
    const nodes =
      node && ts.isUnionTypeNode(node) ? node.types.filter((each) => each.kind !== ts.SyntaxKind.LiteralType) : [];
    return nodes.length === types.length
      ? nodes.map((each) => this.#schema(this.checker.getTypeFromTypeNode(each), each))
      : types.map((each) => this.#schema(each, types.length === 1 ? node : undefined));
  }

  #object(type) {
    const properties = {};
    const required = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const declaration = property.valueDeclaration ?? property.declarations?.[0];
      const propertyType = this.checker.getTypeOfSymbol(property);
      const own = keywordsOf(declaration);
      const schema = own?.type ? own : { ...this.#schema(propertyType, writtenType(declaration)), ...own };
      const description = textOf(property, this.checker);
      properties[property.name] = description ? { description, ...schema } : schema;
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    const index = this.checker.getIndexInfosOfType(type)[0];
    const named = this.#nameOf(type) === undefined ? undefined : (type.aliasSymbol ?? type.symbol);
    const description = named && textOf(named, this.checker);
    return {
      ...(description && { description }),
      type: 'object',
      ...(required.length > 0 && { required }),
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(index && { additionalProperties: this.#additional(index.type) }),
      ...this.#inheritedKeywords(type),
    };
  }

  #additional(type) {
    return type.flags & ts.TypeFlags.Unknown ? true : this.#schema(type);
  }

  #inheritedKeywords(type) {
    const bases = type.isClassOrInterface() ? (this.checker.getBaseTypes(type) ?? []) : [];
    const target = type.target ?? type;
    const own = target.symbol?.declarations?.map((declaration) => keywordsOf(declaration)) ?? [];
    return Object.assign({}, ...bases.map((base) => this.#inheritedKeywords(base)), ...own);
  }

  /** The declaration of `type Digest = string` with a `@schema` tag, if that is how the type is written. */
  #aliasWithKeywords(node) {
    if (!node || !ts.isTypeReferenceNode(node)) return undefined;
    let symbol = this.checker.getSymbolAtLocation(node.typeName);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    const alias = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
    return alias && keywordsOf(alias) ? alias : undefined;
  }

  #aliasSchema(alias) {
    const schema = this.#schema(this.checker.getTypeFromTypeNode(alias.type), alias.type);
    const description = textOf(this.checker.getSymbolAtLocation(alias.name), this.checker);
    return { description, ...schema, ...keywordsOf(alias) };
  }

  #define(name, identity, write) {
    if (!this.#identities.has(name)) {
      this.#identities.set(name, identity);
      this.#definitions.set(name, write());
    }
    if (this.#identities.get(name) !== identity) throw new Error(`two types named ${name} in one document`);
    return { $ref: `#/definitions/${name}` };
  }
}

/** Returns the type of a property as written in the source; undefined for a type parameter. */
function writtenType(declaration) {
  const node = declaration?.type;
  if (!node || !ts.isTypeReferenceNode(node)) return node;
  const parameters = declaration.parent?.typeParameters ?? [];
  return parameters.some((parameter) => parameter.name.text === node.typeName.getText()) ? undefined : node;
}

function textOf(symbol, checker) {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s+/g, ' ').trim();
}

/** The keywords of a declaration's `@schema` tag. */
function keywordsOf(declaration) {
  const tag = declaration && ts.getJSDocTags(declaration).find(({ tagName }) => tagName.text === 'schema');
  return tag && JSON.parse(ts.getTextOfJSDocComment(tag.comment));
}
