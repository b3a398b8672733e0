/** Assigns numbers to texts: each distinct text is stored once. */
export class TextTable {
  private readonly texts: string[] = [];
  private readonly ids = new Map<string, number>();

  /** Returns the number of a text, and assigns one if it has none. */
  intern(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.push(text) - 1;
      this.ids.set(text, id);
    }
    return id;
  }

  text(id: number): string {
    return this.texts[id]!;
  }
}
