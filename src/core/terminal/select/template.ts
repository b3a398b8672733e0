/** One step of a JSONPath: from the values so far to others. */
export type Step =
  | { is: 'field'; name: string }
  | { is: 'all' }
  | { is: 'recursive' }
  | { is: 'slice'; from?: number; to?: number; every: number }
  | { is: 'element'; at: number }
  | { is: 'union'; parts: Step[][] }
  | { is: 'filter'; left: Step[]; comparison?: Comparison }
  | { is: 'constant'; value: string | number | boolean };

export interface Comparison {
  operator: Operator;
  right: Step[];
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A part of a template: text that is printed as it is, values, or parts that are repeated for each value. */
export type Part =
  { is: 'text'; text: string } | { is: 'values'; steps: Step[] } | { is: 'range'; over: Step[]; parts: Part[] };

/** A mistake in a template, a path or a list of columns. */
export class TemplateError extends Error {
  /** @param position of the mistake, from 1; undefined if the whole text is wrong */
  constructor(
    message: string,
    readonly position?: number,
  ) {
    super(message);
  }
}
