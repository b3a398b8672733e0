/** Maximum number of rows of a table without `-o wide`. */
export const MAX_ROWS = 20;
