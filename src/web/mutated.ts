// Copies of messages follow what happens to these messages, also where no list has them.

import type { Message } from '../client/contract.ts'
import type { Mutation } from '../client/events.ts'

export type Copy = Pick<Message, 'id' | 'user_id' | 'username' | 'content' | 'revision'>

/** @returns the same object if it is not concerned; null: the message was deleted */
export function mutated<T extends Copy>(copy: T, { event, data }: Mutation): T | null {
  switch (event) {
    case 'message_edited': {
      const isNewer = data.message_id === copy.id && data.revision > copy.revision
      const { content, revision } = data
      return isNewer ? { ...copy, content, revision } : copy
    }
    case 'message_deleted':
      return data.message_id === copy.id ? null : copy
    case 'messages_purged': {
      const isInRange = data.from_id <= copy.id && copy.id <= data.to_id
      return data.user_id === copy.user_id && isInRange ? null : copy
    }
    case 'user_erased':
      if (data.user_id !== copy.user_id) return copy
      return data.messages === 'delete' ? null : { ...copy, username: data.username }
  }
}
