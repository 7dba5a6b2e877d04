// The list of words that no message may have. Only moderators can read it.

import type { StoredWords } from '../../../domain/moderation.ts'
import { compileWords, type WordMatcher } from '../../../domain/word-list.ts'
import { MarkedTable } from '../marked-table.ts'

type Row = { id: string; terms: string; revision: number }

/** There is one row. */
const id = 'words'

export class WordTable {
  readonly table: MarkedTable<Row>
  #matcher: WordMatcher | null = null

  constructor(sql: SqlStorage) {
    this.table = new MarkedTable<Row>(sql, {
      name: 'word_list',
      columns: ['id', 'terms', 'revision'],
      key: 'id',
      toArchive: ({ terms, revision }) => ({
        kind: 'words',
        state: { terms: JSON.parse(terms), revision },
      }),
    })
  }

  get current(): StoredWords {
    const row = this.table.find(id)
    return row
      ? { terms: JSON.parse(row.terms), revision: row.revision }
      : { terms: [], revision: 0 }
  }

  write({ terms, revision }: StoredWords): void {
    this.table.write({ id, terms: JSON.stringify(terms), revision })
    this.#matcher = null
  }

  restore({ terms, revision }: StoredWords): void {
    this.table.restore({ id, terms: JSON.stringify(terms), revision })
  }

  /** Compiles the list once after each change. */
  matches(text: string): boolean {
    this.#matcher ??= compileWords(this.current.terms)
    return this.#matcher.matches(text)
  }
}
