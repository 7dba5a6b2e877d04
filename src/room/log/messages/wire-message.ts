// Makes messages as everyone sees them: with the message that they reply to, as the log has it now.

import type { Message } from '../../../contract/entities.ts'
import { type StoredMessage, toWire } from '../../../domain/message.ts'
import { toReferenced } from '../../../domain/references.ts'

type Reads = {
  find(id: string): StoredMessage | undefined
  isExpired(id: string): boolean
}

/** The message that it replies to is absent if it has expired, or is in the archive only. */
export function wireMessage(message: StoredMessage, { find, isExpired }: Reads): Message {
  const targetId = message.references?.reply_to ?? null
  const target = targetId === null || isExpired(targetId) ? undefined : find(targetId)
  return toWire(message, target && toReferenced(target))
}
