// What happens to messages, for tests of the page, as the client reports it.

import type { Member } from '../../src/client/contract.ts'
import type { Mutation } from '../../src/client/events.ts'
import { idOf } from './messages.ts'

const updated_at = new Date(2026, 10, 23, 13).toISOString()

export const edit = (number: number, content: string, revision = 2): Mutation => ({
  event: 'message_edited',
  data: { message_id: idOf(number), content, updated_at, revision },
})

export const deletion = (number: number): Mutation => ({
  event: 'message_deleted',
  data: { message_id: idOf(number), revision: 2 },
})

export const purge = ({ id: user_id }: Member, from: number, to: number): Mutation => ({
  event: 'messages_purged',
  data: { user_id, from_id: idOf(from), to_id: idOf(to), revision: 2 },
})

export const erasure = ({ id: user_id }: Member, messages: 'keep' | 'delete'): Mutation => ({
  event: 'user_erased',
  data: { user_id, username: '(deleted account)', messages },
})
