// Checks where a text is stored, and that nothing of it is left after an edit or a deletion.

import { runInDurableObject } from 'cloudflare:test'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { everythingKept } from '../api/stored-data.ts'
import { callAs, flushed, newPerson, type Person, theRoom } from '../support/chat.ts'

/** A message with a `client_id` that Postgres already has. */
async function said(author: Person): Promise<Message> {
  const client_id = crypto.randomUUID()
  const content = `secret ${crypto.randomUUID()}`
  const answer = await callAs(author, 'POST', '/messages', { content, client_id })
  await flushed()
  return (await answer.json()) as Message
}

/** Removes a message from the log, as pruning does with old ones. */
const forget = ({ id }: Message) =>
  runInDurableObject(theRoom(), (_, { storage }) => {
    storage.sql.exec('delete from messages where id = ?', id)
  })

/** The places where the text or a hash of it is stored. */
async function placesOf(text: string): Promise<string[]> {
  const hash = createHash('sha256').update(text).digest()
  const encodings = ['base64', 'base64url', 'hex'] as const
  const forms = [text, ...encodings.map((encoding) => hash.toString(encoding))]
  const rows = (await everythingKept()).filter((row) => forms.some((form) => row.includes(form)))
  return rows.map((row) => row.slice(0, row.indexOf(' {')))
}

/** The ways to remove a text. */
const changes = {
  'an edit': (author: Person, { id }: Message) =>
    callAs(author, 'PATCH', `/messages/${id}`, { content: 'something else' }),
  'a deletion': (author: Person, { id }: Message) => callAs(author, 'DELETE', `/messages/${id}`),
  'a deletion by the operator': (_: Person, { id }: Message) => theRoom().removeAny(id),
}

describe('a text', () => {
  it('KEEP-1 A text is kept in its message alone, and no hash of it is kept anywhere.', async () => {
    const { content } = await said(await newPerson())
    expect(await placesOf(content)).toEqual(['postgres', 'room messages'])
  })

  it.each(Object.entries(changes))(
    'KEEP-2 Nothing is left of a text after %s, also where the log had forgotten its message.',
    async (_, change) => {
      const ada = await newPerson()
      const known = await said(ada)
      const forgotten = await said(ada)
      await forget(forgotten)

      await change(ada, known)
      await change(ada, forgotten)
      await flushed()

      expect(await placesOf(known.content)).toEqual([])
      expect(await placesOf(forgotten.content)).toEqual([])
    },
  )
})
