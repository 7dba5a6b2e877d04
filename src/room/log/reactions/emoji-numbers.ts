// Gives each emoji that was ever a reaction in this log a number, for good: what a person has chosen is kept
// as a mask, and the bit of an emoji never changes.

/** A mask is an integer that JavaScript has to hold exactly. */
const numbersMax = 53

export class EmojiNumbers {
  readonly #sql: SqlStorage
  /** In the order of their numbers. */
  #emoji: string[] = []

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.reload()
  }

  /** Must be called when a transaction that may have given numbers was rolled back. */
  reload(): void {
    const query = 'select emoji from reaction_emoji order by number'
    const rows = this.#sql.exec<{ emoji: string }>(query).toArray()
    this.#emoji = rows.map(({ emoji }) => emoji)
  }

  /** All that have a number. */
  get known(): readonly string[] {
    return this.#emoji
  }

  /** Gives numbers to those that have none. Must run in a transaction. */
  maskOf(emoji: readonly string[]): number {
    return [...new Set(emoji)].reduce((mask, one) => mask + 2 ** this.#numberOf(one), 0)
  }

  /** In the order of their numbers. */
  emojiOf(mask: number): string[] {
    return this.#emoji.filter((_, number) => Math.floor(mask / 2 ** number) % 2 === 1)
  }

  #numberOf(emoji: string): number {
    const known = this.#emoji.indexOf(emoji)
    if (known >= 0) return known
    const number = this.#emoji.length
    if (number === numbersMax) throw new Error('The room has no number left for another emoji.')
    this.#sql.exec('insert into reaction_emoji (number, emoji) values (?, ?)', number, emoji)
    this.#emoji.push(emoji)
    return number
  }
}
