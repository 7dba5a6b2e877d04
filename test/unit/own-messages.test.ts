import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredMessage } from '../../src/domain/message.ts'
import { mergeOwn } from '../../src/domain/own-messages.ts'

const row = (id: number, revision = 1): StoredMessage => ({
  id: String(id).padStart(4, '0'),
  user_id: 'ada',
  username: 'Ada',
  content: `${id}.${revision}`,
  updated_at: null,
  is_deleted: false,
  revision,
  client_id: null,
})

/** Everything that is read, page by page, as `id.revision`. */
function read(unwritten: StoredMessage[], archived: StoredMessage[], limit: number): string[] {
  const found: StoredMessage[] = []
  let above: string | null = ''
  while (above !== null) {
    const from: string = above
    const next = (rows: StoredMessage[]) => rows.filter(({ id }) => id > from).slice(0, limit)
    const page = mergeOwn({ unwritten: next(unwritten), archived: next(archived) }, limit)
    found.push(...page.messages)
    above = page.end
  }
  return found.map(({ content }) => content)
}

test('all messages of a user are there once, at the higher revision, in order', () => {
  const states = fc.dictionary(
    fc.integer({ min: 1, max: 60 }).map(String),
    fc.integer({ min: 1, max: 3 }),
  )
  fc.assert(
    fc.property(states, states, fc.integer({ min: 1, max: 9 }), (ours, theirs, pageRows) => {
      const rows = (of: Record<string, number>) =>
        Object.entries(of)
          .map(([id, revision]) => row(Number(id), revision))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
      const ids = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].map(Number)
      const expected = ids
        .sort((a, b) => a - b)
        .map((id) => `${id}.${Math.max(ours[id] ?? 0, theirs[id] ?? 0)}`)
      expect(read(rows(ours), rows(theirs), pageRows)).toEqual(expected)
    }),
  )
})
